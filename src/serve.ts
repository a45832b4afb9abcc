/** Wires the HTTP interface to the features, and listens. */
import type { Logger } from "pino";
import { createCampaignAdmin } from "./campaigns/administer.ts";
import { catalogOptions } from "./campaigns/options.ts";
import type { Config } from "./config/config.ts";
import type { Keys } from "./config/keys.ts";
import type { QuietHours } from "./core/policy.ts";
import { explainDbError } from "./db/client.ts";
import type { OpenDatabase } from "./db/open.ts";
import { findKey } from "./db/stores/key-store.ts";
import { createAuth } from "./http/auth.ts";
import { buildServer } from "./http/server.ts";
import type { Intake } from "./intake/intake.ts";
import type { Metrics } from "./metrics.ts";
import type { QueueBackend } from "./queue/connection.ts";
import { listAudit } from "./reporting/audit-trail.ts";
import { explainOrder } from "./reporting/explain.ts";
import { storyJson } from "./reporting/format-explain.ts";
import { reportCsv, reportJson } from "./reporting/format-report.ts";
import { listCases, listDeliveries, listReminders } from "./reporting/listings.ts";
import { recoveryReport } from "./reporting/recovery.ts";
import { sources } from "./sources/registry.ts";

export type ServeInput = {
  readonly config: Config;
  readonly keys: Keys;
  readonly database: OpenDatabase;
  readonly backend: QueueBackend;
  /** Intake, counted under the name of where events came from. */
  readonly intake: (source: string) => Intake;
  readonly metrics: Metrics;
  /** The quiet hours that hold for a campaign in a shop. */
  readonly quietHoursOf: (shop: string, campaign: string) => QuietHours | null;
  readonly log: Logger;
};

export async function startHttp(input: ServeInput): Promise<{ url: string; close: () => Promise<void> }> {
  const { config, database, backend, metrics, log } = input;
  const { sql } = database;
  const zoneOf = (shop: string) => config.shop(shop)?.timeZone ?? "UTC";
  const server = buildServer({
    config,
    intake: input.intake("http"),
    sources,
    auth: createAuth({ adminKey: input.keys.apiKey, find: (digest) => withLimit(findKey(sql, digest), 5_000) }),
    health: {
      async ready() {
        const [store, queue] = await Promise.all([
          withLimit(sql`select 1`, 2_000).then(
            () => ({ ok: true }),
            (error: unknown) => ({ ok: false, message: explainDbError(error, database.url) }),
          ),
          backend.check({ limitMs: 2_000 }),
        ]);
        // Without the queue intake over HTTP and the sweep go on: told, but no reason to take the process out of service.
        return {
          ok: store.ok,
          checks: { database: store, queue: queue.ok ? { ok: true } : { ok: false, message: queue.faults.join("; ") } },
        };
      },
    },
    metrics: () => metrics.registry.metrics(),
    observe: metrics.answered,
    report: async (query) => reportJson(await recoveryReport({ sql }, { ...query, zoneOf })),
    reportCsv: async (query) => reportCsv(await recoveryReport({ sql }, { ...query, zoneOf })),
    explain: async (which) => {
      const story = await explainOrder({ sql, zoneOf, quietHoursOf: input.quietHoursOf }, which);
      return story === null ? null : storyJson(story);
    },
    listCases: (query) => listCases({ sql, zoneOf }, query),
    listReminders: (query) => listReminders({ sql, zoneOf }, query),
    listDeliveries: (query) => listDeliveries({ sql, zoneOf }, query),
    listAudit: (query) => listAudit({ sql }, query),
    campaigns: createCampaignAdmin({ sql, options: catalogOptions(config) }),
    log,
  });
  const url = await server.listen({ host: config.host, port: config.port });
  return { url, close: () => server.close() };
}

function withLimit<T>(work: PromiseLike<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
    work.then(resolve, reject).then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  });
}
