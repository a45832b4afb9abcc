import { expect, it } from "vitest";
import type { Intake } from "../../../src/intake/intake.ts";
import { createMetrics } from "../../../src/roles/metrics.ts";
import { withWarningLog } from "../../../src/roles/warning-log.ts";

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
    skewMs: () => -2_500,
  });
  const scrape = async () => {
    const text = await registry.metrics();
    return [/^dunlin_due (\S+)$/m, /^dunlin_due_lag_seconds (\S+)$/m].map((line) => Number(line.exec(text)?.[1]));
  };
  expect(await scrape()).toEqual([3, 1.5]);
  expect(await scrape()).toEqual([0, 0]);
  expect(await scrape()).toEqual([0, 0]);
  expect(asked).toBe(3);
  expect(await registry.metrics()).toContain("dunlin_clock_skew_seconds -2.5");
});

it("counts warnings by code, and logs them at the first and then once a minute", async () => {
  const metrics = createMetrics({
    due: async () => ({ due: 0, lagMs: 0 }),
    queueDepth: async () => null,
    inFlight: () => 0,
    skewMs: () => null,
  });
  const warning = { index: 0, id: "e1", code: "phone_unreadable", message: "order.buyer.phone: …" } as const;
  const intake: Intake = {
    pending: 0,
    submit: async (events) => ({
      accepted: events.length,
      duplicates: 0,
      rejected: [],
      warnings: events.map(() => warning),
    }),
  };
  const logged: unknown[] = [];
  let now = 0;
  const { submit } = withWarningLog(metrics.counted("queue", intake), {
    log: { warn: (fields: unknown) => void logged.push(fields) },
    source: "queue",
    now: () => now,
  });
  for (now of [0, 1_000, 59_999, 60_000]) await submit([1, 2]);
  await submit([]);
  expect(logged).toEqual([
    { source: "queue", warnings: { phone_unreadable: 2 } },
    { source: "queue", warnings: { phone_unreadable: 6 } },
  ]);
  expect(await metrics.registry.metrics()).toContain('dunlin_intake_warnings_total{code="phone_unreadable"} 8');
});
