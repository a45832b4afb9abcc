/** The figures of the read replica, for Prometheus. */
import { Gauge, type Registry } from "prom-client";
import type { Reads } from "../../db/reads/reads.ts";

export function addReplicaGauges(registry: Registry, reads: Pick<Reads, "replica">): void {
  const registers = [registry];
  new Gauge({
    name: "dunlin_read_replica_up",
    help: "1: reports and lists come from the read replica; 0: it cannot answer, and they come from the primary",
    registers,
    collect() {
      this.set(reads.replica?.kind === "follows" ? 1 : 0);
    },
  });
  new Gauge({
    name: "dunlin_read_replica_lag_seconds",
    help: "How far the read replica is behind the primary, at most; NaN: it is not known",
    registers,
    collect() {
      const lagMs = reads.replica?.kind === "follows" ? reads.replica.lagMs : null;
      this.set((lagMs ?? Number.NaN) / 1_000);
    },
  });
}
