/** Gauges of what is left at the providers, from the last hourly check: whichever process made it, each process shows it. */
import { Gauge, type Registry } from "prom-client";
import type { ChannelState } from "../../db/stores/notices/fact-store.ts";
import type { Parts } from "../role.ts";
import { sharedReading } from "./shared-reading.ts";

/** Read at each scrape. A failed read leaves the gauges as they were. */
export function addStockGauges(
  registry: Registry,
  log: Pick<Parts["log"], "warn">,
  read: () => Promise<readonly ChannelState[]>,
): void {
  const states = sharedReading(read, log, "what is left at the providers could not be read for the metrics");
  new Gauge({
    name: "dunlin_channel_balance",
    help: "Money left at the channel's provider, in units of the currency",
    labelNames: ["channel", "currency"],
    registers: [registry],
    async collect() {
      const read = await states();
      if (read !== null) this.reset();
      for (const { channel, findings } of read ?? [])
        for (const finding of findings)
          if (finding.about === "balance") this.set({ channel, currency: finding.currency }, finding.micros / 1e6);
    },
  });
  new Gauge({
    name: "dunlin_channel_segments_left",
    help: "Segments left of the packages at the channel's provider",
    labelNames: ["channel"],
    registers: [registry],
    async collect() {
      const read = await states();
      if (read !== null) this.reset();
      for (const { channel, findings } of read ?? [])
        for (const finding of findings) if (finding.about === "package") this.set({ channel }, finding.left);
    },
  });
}
