import { expect, it } from "vitest";
import { createMetrics } from "../../../src/roles/metrics.ts";

it("reads the due gauges once per scrape, and keeps the last values when a read fails", async () => {
  const readings: ({ due: number; lagMs: number } | null)[] = [{ due: 3, lagMs: 1_500 }, { due: 0, lagMs: 0 }, null];
  let asked = 0;
  const { registry } = createMetrics({
    due: async () => {
      const reading = readings[asked++];
      if (reading == null) throw new Error("the store is out");
      return reading;
    },
    queueDepth: async () => null,
    inFlight: () => 0,
  });
  const scrape = async () => {
    const text = await registry.metrics();
    return [/^dunlin_due (\S+)$/m, /^dunlin_due_lag_seconds (\S+)$/m].map((line) => Number(line.exec(text)?.[1]));
  };
  expect(await scrape()).toEqual([3, 1.5]);
  expect(await scrape()).toEqual([0, 0]);
  expect(await scrape()).toEqual([0, 0]);
  expect(asked).toBe(3);
});
