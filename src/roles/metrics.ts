/** Prometheus metrics. No label holds an address, an id or a text. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { DispatchMeter } from "../dispatch/deps.ts";
import type { Intake } from "../intake/intake.ts";
import { shareReads } from "../reporting/live/share.ts";

export type Metrics = {
  readonly registry: Registry;
  readonly dispatch: DispatchMeter;
  /** The same intake, counted under the name of the source. */
  counted(source: string, intake: Intake): Intake;
  /** `result` as http/routes/inbound/webhooks.ts names them. */
  webhookSeen(source: string, result: string): void;
  /** A provider was asked about a message of unknown outcome, to the end. */
  lookedUp(channel: string, result: string): void;
  /** `result` as dispatch/verify/verifier.ts names them. */
  verified(result: string): void;
  /** `result` as polling/poller.ts names them. */
  pollSeen(source: string, result: string): void;
  answered(answer: { method: string; route: string; status: number; seconds: number }): void;
};

/** Read at each scrape. A failed read leaves its gauges as they were. */
export type Gauges = {
  due(): Promise<{ due: number; lagMs: number }>;
  queueDepth(): Promise<Record<string, { waiting: number; active: number; delayed: number; failed: number }> | null>;
  inFlight(): number;
  /** Positive when this machine's clock is ahead of the database's; null: unknown. */
  skewMs(): number | null;
};

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const events = new Counter({
    name: "dunlin_intake_events_total",
    help: "Order events received, by source and result",
    labelNames: ["source", "result"],
    registers,
  });
  const warnings = new Counter({
    name: "dunlin_intake_warnings_total",
    help: "Parts of accepted events that could not be used, by code",
    labelNames: ["code"],
    registers,
  });
  const webhooks = new Counter({
    name: "dunlin_webhooks_total",
    help: "Webhooks of shop systems, by source and result",
    labelNames: ["source", "result"],
    registers,
  });
  const polls = new Counter({
    name: "dunlin_polls_total",
    help: "Polls of shop systems, by source and result",
    labelNames: ["source", "result"],
    registers,
  });
  const verifications = new Counter({
    name: "dunlin_verified_total",
    help: "Sends whose orders were verified with the shop's platform, by result",
    labelNames: ["result"],
    registers,
  });
  const claims = new Counter({
    name: "dunlin_claims_total",
    help: "Reminders claimed for sending, by channel",
    labelNames: ["channel"],
    registers,
  });
  const sends = new Histogram({
    name: "dunlin_send_seconds",
    help: "Calls to providers, by channel and outcome",
    labelNames: ["channel", "outcome"],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const skips = new Counter({
    name: "dunlin_skips_total",
    help: "Reminders skipped, by reason",
    labelNames: ["reason"],
    registers,
  });
  const unlisted = new Counter({
    name: "dunlin_unlisted_codes_total",
    help: "Answers of providers with a code that is not in their table, by channel and code",
    labelNames: ["channel", "code"],
    registers,
  });
  const lookups = new Counter({
    name: "dunlin_lookups_total",
    help: "Messages of unknown outcome that the provider was asked about, by channel and result: accepted, failed, absent, unknown",
    labelNames: ["channel", "result"],
    registers,
  });
  const requests = new Histogram({
    name: "dunlin_http_seconds",
    help: "HTTP requests, by route and status",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5],
    registers,
  });
  const safely = async (read: () => Promise<void>): Promise<void> => read().catch(() => undefined);
  // Both gauges of a scrape share one reading.
  const due = shareReads<null, Awaited<ReturnType<Gauges["due"]>>>(() => gauges.due());
  const readDue = () => due(null);
  new Gauge({
    name: "dunlin_due_lag_seconds",
    help: "How long the oldest due decision has waited",
    registers,
    collect() {
      return safely(async () => this.set((await readDue()).lagMs / 1_000));
    },
  });
  new Gauge({
    name: "dunlin_due",
    help: "Buyers with something due now, counted up to 10,000",
    registers,
    collect() {
      return safely(async () => this.set((await readDue()).due));
    },
  });
  new Gauge({
    name: "dunlin_claims_in_flight",
    help: "Claims held by this process",
    registers,
    collect() {
      this.set(gauges.inFlight());
    },
  });
  new Gauge({
    name: "dunlin_clock_skew_seconds",
    help: "How far this machine's clock is ahead of the database's",
    registers,
    collect() {
      this.set((gauges.skewMs() ?? Number.NaN) / 1_000);
    },
  });
  new Gauge({
    name: "dunlin_queue_jobs",
    help: "Jobs on the queues, by queue and state",
    labelNames: ["queue", "state"],
    registers,
    collect() {
      return safely(async () => {
        for (const [queue, depth] of Object.entries((await gauges.queueDepth()) ?? {}))
          for (const state of ["waiting", "active", "delayed", "failed"] as const)
            this.set({ queue, state }, depth[state]);
      });
    },
  });
  return {
    registry,
    dispatch: {
      claimed: (channel) => claims.inc({ channel }),
      finished: (channel, outcome, ms) => sends.observe({ channel, outcome }, ms / 1_000),
      skipped: (reason) => skips.inc({ reason }),
      unlisted: (channel, code) => unlisted.inc({ channel, code }),
    },
    counted: (source, intake) => ({
      get pending() {
        return intake.pending;
      },
      async submit(inputs) {
        const report = await intake.submit(inputs);
        events.inc({ source, result: "accepted" }, report.accepted);
        events.inc({ source, result: "duplicate" }, report.duplicates);
        events.inc({ source, result: "rejected" }, report.rejected.length);
        for (const { code } of report.warnings) warnings.inc({ code });
        return report;
      },
    }),
    verified: (result) => verifications.inc({ result }),
    pollSeen: (source, result) => polls.inc({ source, result }),
    webhookSeen: (source, result) => webhooks.inc({ source, result }),
    lookedUp: (channel, result) => lookups.inc({ channel, result }),
    answered: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
  };
}
