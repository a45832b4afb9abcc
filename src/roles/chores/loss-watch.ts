/** Watches, in each process that plans and sends, whether the store is still the one that Dunlin worked on (src/loss). */
import type { Logger } from "pino";
import { Gauge, type Registry } from "prom-client";
import type { Sql } from "../../db/client.ts";
import type { Lifecycle } from "../../lifecycle.ts";
import { watchStore } from "../../loss/watch.ts";
import { every } from "./every.ts";

const LOOK_MS = 5_000;

type Deps = {
  readonly sql: Sql;
  readonly log: Pick<Logger, "warn" | "error">;
  readonly life: Lifecycle;
  readonly registry: Registry;
};

/** Resolves after the first look. */
export async function watchForLoss({ sql, log, life, registry }: Deps): Promise<void> {
  const held = new Gauge({
    name: "dunlin_sends_held",
    help: "1: nothing is sent since the database was restored from a copy, until an operator lets it go on; else 0",
    registers: [registry],
  });
  // An outage shows elsewhere. Until the next look no claim can be made on another store.
  const look = () =>
    watchStore(sql, log).then(
      (found) => held.set(found.kind === "held" ? 1 : 0),
      () => undefined,
    );
  await look();
  every(LOOK_MS, life, look);
}
