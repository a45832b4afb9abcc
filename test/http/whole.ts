/** The API as the role wires it, on a real database with the stories of a dozen orders. */
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { applyDirectory, checkDirectory } from "../../src/campaigns/apply.ts";
import { openLiveCampaigns, withPauses } from "../../src/campaigns/live.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { SendOutcome } from "../../src/core/seams/channel.ts";
import { DAY, HOUR, MINUTE } from "../../src/core/values/duration.ts";
import { createVault } from "../../src/db/vault.ts";
import { createDispatcher } from "../../src/dispatch/dispatcher.ts";
import { createIntake } from "../../src/intake/intake.ts";
import { createRehearsals } from "../../src/rehearsal/service.ts";
import { storedOrders } from "../../src/rehearsal/stored/stored-orders.ts";
import { catalogOptions } from "../../src/render/catalog/catalog-options.ts";
import { policyLookups } from "../../src/reporting/policies.ts";
import { buildApi } from "../../src/roles/api.ts";
import { createMetrics } from "../../src/roles/metrics.ts";
import { ALICE, campaignDir } from "../support/campaigns.ts";
import { testDatabase } from "../support/database.ts";
import { exposed } from "../support/exposures.ts";
import { inProcessChannel } from "../support/in-process-channel.ts";
import { receivedEvent } from "../support/intake.ts";
import { RECEIPT_SECRET } from "../support/receipts.ts";
import { T0 } from "../support/rules.ts";
import { ADMIN_KEY, QUEUES_DIR, SHOPIFY_SECRET } from "./support.ts";

const TEXT = "Order {{order.id}}: {{total}} STOP to opt out";
const FILES = {
  "dunlin.yaml": `
shops:
  acme: { timeZone: Asia/Shanghai, locale: en, currency: CNY, webhooks: { shopify: { secret: ${SHOPIFY_SECRET} } } }
channels:
  sms: { provider: console, cost: { amount: "0.045", currency: CNY } }
  email: { provider: smtp, url: "smtp://127.0.0.1:9", from: "Acme <orders@acme.example>" }
  chat: { provider: console }
  hook: { provider: webhook, url: "http://127.0.0.1:1/", secret: ${RECEIPT_SECRET} }
`,
  "templates/default/campaign.yaml": `
name: Default
active: { from: 2026-01-01T00:00:00Z, to: 2027-01-01T00:00:00Z }
match: { shops: [acme], amount: { min: { CNY: "1" }, max: { CNY: "100000" } } }
exclude: { shops: [acme], tags: [vip], amount: { min: { CNY: "10" }, max: { CNY: "50000" } } }
steps:
  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }
  - { id: last-call, at: { beforeClose: 30m }, channels: [sms] }
variants: { a: 1, b: 1 }
quietHours: { from: "20:05", to: "20:20" }
manual: { amountAtLeast: { CNY: "5000" }, tiers: [platinum], handBackAfter: 2h, team: vip }
`,
  ...Object.fromEntries(
    ["nudge.a", "nudge.b", "last-call.a", "last-call.b"].map((name) => [`templates/default/${name}.sms.en.hbs`, TEXT]),
  ),
  "templates/default/phrases/1-size.en.hbs": "Is the size of {{order.number}} right?",
  "templates/default/phrases/2-name.en.hbs": "Dear {{buyer.name}}",
  "templates/held/campaign.yaml": `
priority: 10
match: { tags: [held] }
steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]
holdout: 50%
quietHours: off
`,
  "templates/held/nudge.sms.en.hbs": TEXT,
  "templates/later/campaign.yaml": `
priority: 20
match: { tags: [later] }
steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]
`,
  "templates/later/nudge.sms.en.hbs": TEXT,
};

const NO_QUEUE = { ok: false, kind: "redis", version: null, latencyMs: 0, advice: [] } as const;

/** A number at which no message is accepted. */
export const BLOCKED = "+8613812340000";

export const HELD = Array.from({ length: 8 }, (_, n) => `held${n}`);

export async function wholeApi() {
  const database = await testDatabase();
  const { dir } = campaignDir(FILES);
  const env = {
    DATABASE_URL: database.url,
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    DUNLIN_API_KEY: ADMIN_KEY,
  };
  const loaded = loadConfig(env, dir);
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const { config } = loaded;
  const options = catalogOptions(config);
  const checked = checkDirectory(join(dir, "templates"), options);
  if (!checked.ok) throw new Error(checked.faults.join("\n"));
  await database.setNow(T0);
  await applyDirectory(database.sql, ALICE, checked.directory, { force: false, prune: false, note: "the first ones" });

  const channels = new Map(
    config.channels.map((facts) => [
      facts.name,
      inProcessChannel(facts, ({ orders, to }) => outcomeOf(to === BLOCKED ? "refused" : (orders[0] ?? ""))),
    ]),
  );
  const contacts = new Map([...channels].map(([name, { contacts: kinds }]) => [name, kinds]));
  const live = await openLiveCampaigns({ sql: database.sql, options, channels: contacts, takeUp: 5_000 });
  const log = pino({ level: "silent" });
  const secretKey = Buffer.alloc(32, 7);
  const shared = {
    sql: database.sql,
    vault: createVault(secretKey),
    shopOf: withPauses(config.shop, live),
    policy: () => live.current().policy,
    refresh: () => live.refresh(),
  };
  const metrics = createMetrics({
    due: async () => ({ due: 0, lagMs: 0 }),
    queueDepth: async () => null,
    inFlight: () => 0,
    skewMs: () => 0,
  });
  const intake = createIntake(shared);
  const dispatcher = createDispatcher({ ...shared, catalog: () => live.current().catalog, channels, log });
  onTestFinished(() => dispatcher.stop());
  const app = buildApi({
    config,
    keys: { apiKey: ADMIN_KEY },
    vault: shared.vault,
    database,
    reads: { sql: database.sql, marks: database.sql, fresh: (work) => work() },
    backend: {
      check: async () => ({ ...NO_QUEUE, faults: ["the queue does not answer"] }),
      queue: () => Promise.reject(new Error("the queue does not answer")),
    },
    queuesDir: QUEUES_DIR,
    intake: () => intake,
    receipts: { ...shared, shopIds: config.shopIds, channels },
    channels,
    metrics: { text: () => metrics.registry.metrics(), answered: metrics.answered, webhookSeen: metrics.webhookSeen },
    current: () => live.current(),
    policies: policyLookups(() => live.current().policy.campaigns, config.shop),
    rehearsals: createRehearsals({
      config,
      files: () => live.current().catalog.files,
      now: Date.now,
      writeStored: storedOrders({ sql: database.sql, vault: shared.vault, config, now: Date.now }),
    }),
    log,
  });
  onTestFinished(() => app.close());
  const receive = async (at: number, ...events: readonly object[]) => {
    await database.setNow(at);
    const { rejected } = await intake.submit(events);
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
  };
  const dispatch = async (at: number) => {
    await database.setNow(at);
    await live.refresh();
    await dispatcher.drain();
    await dispatcher.settled();
  };
  return { app, database, receive, dispatch };
}

/** By order: the provider is away, refuses for good, or accepts. */
function outcomeOf(order: string): SendOutcome {
  if (order === "away") return { kind: "failed-transient", code: "503", message: "try later", retryAfterMs: 60_000 };
  if (order === "refused") return { kind: "failed-permanent", code: "1006", message: "blocked number" };
  return { kind: "accepted", messageId: `m-${order}`, segments: 1 };
}

let phones = 0;
/** An order of a buyer of its own that closes in four hours. */
export const created = (id: string, more: Record<string, unknown> = {}) =>
  receivedEvent(`${id}-created`, "order.created", T0, {
    id,
    closesAt: new Date(T0 + 4 * HOUR).toISOString(),
    buyer: { id: `b-${id}`, phone: `+86138${String(++phones).padStart(8, "0")}`, locale: "en" },
    ...more,
  });
const later = (id: string, type: string, minutes: number, more: Record<string, unknown> = {}) =>
  receivedEvent(`${id}-${type}`, `order.${type}`, T0 + minutes * MINUTE, { id, buyer: undefined, ...more });

/** The orders, sent reminders, payments and failures that every report and list is about. */
export async function happen({ database, receive, dispatch }: Awaited<ReturnType<typeof wholeApi>>): Promise<void> {
  const paidAt = new Date(T0 + 40 * MINUTE).toISOString();
  await receive(
    T0,
    created("paid", { tags: ["d11"], items: [{ sku: "S1", title: "Coat", quantity: 1 }], paymentMethod: "card" }),
    created("closed"),
    created("refunded"),
    created("promised"),
    created("nobody1", { buyer: { id: "b-nobody1", phone: "+8613800138000" } }),
    created("nobody2", { buyer: { id: "b-nobody2", phone: "+12345678901" } }),
    created("unread", { buyer: { id: "b-unread", phone: "1.39E+10" } }),
    created("manual", { amount: "9000.00" }),
    created("away"),
    created("refused"),
    created("paused", { tags: ["later"], paymentMethod: "wire" }),
    created("cod", { paymentMethod: "cod" }),
    created("endless", { closesAt: null, number: "#1006" }),
    created("presale", { presale: { depositPaid: false }, pendingConfirmation: true }),
    ...HELD.map((id) => created(id, { tags: ["held"] })),
  );
  await database.sql`
    update campaigns set paused_at = dunlin_now(), pause_source = 'threshold', pause_code = 'opt_outs', pause_reason = 'too many'
    where key = 'later'`;
  await database.sql`
    insert into pauses (kind, name, paused_at, source, code, reason)
    values ('payment_method', 'acme/wire', dunlin_now(), 'threshold', 'unpaid', 'too many are unpaid')`;
  await dispatch(T0 + 10 * MINUTE);
  await dispatch(T0 + 20 * MINUTE);
  await database.sql`
    update deliveries set delivered_at = ${new Date(T0 + 21 * MINUTE)}, lookup = '{"end": "accepted", "asked": 1, "at": 0}'
    where state = 'accepted'`;
  await receive(
    T0 + 40 * MINUTE,
    later("paid", "paid", 40, { paidAt }),
    later("endless", "paid", 40, { amount: "10.00" }),
    later("refunded", "paid", 40, { paidAt }),
    later("closed", "closed", 40, { closedAt: paidAt, reason: "the buyer cancelled" }),
    later("held0", "paid", 40),
    later("held1", "paid", 40),
    later("held2", "paid", 40),
  );
  // Long ago many buyers were reminded and none was held out, though half of them should have been: the report warns.
  await database.sql`
    insert into exposures (shop_id, case_id, campaign, buyer_id, campaign_version, share, held, at, window_ms, orders, amounts, currencies)
    select 'acme', gen_random_uuid(), 'old', gen_random_uuid(), '1', 0.5, false, '2025-01-01T00:00:00Z', 60000, array['old'], array[1000], array['CNY']
    from generate_series(1, 40)`;
  // Within the twelve weeks of the owner's page: a campaign that held nobody out at first, and then a tenth.
  const spring = { campaign: "spring", at: T0 - 20 * DAY };
  await exposed(database.sql, { ...spring, buyers: 30, paid: 9, share: 0 });
  await exposed(database.sql, { ...spring, buyers: 90, paid: 50, variant: "a" });
  await exposed(database.sql, { ...spring, buyers: 90, paid: 40, variant: "b" });
  await exposed(database.sql, { ...spring, buyers: 20, paid: 6, held: true });
  // Long ago, a campaign with a variant that is much better.
  const summer = { campaign: "summer", at: T0 - 200 * DAY, buyers: 1_000, share: 0 };
  await exposed(database.sql, { ...summer, paid: 100, variant: "a" });
  await exposed(database.sql, { ...summer, paid: 500, variant: "b" });
  await receive(T0 + 50 * MINUTE, later("refunded", "refunded", 50), later("paid", "refunded", 50, { amount: "1.00" }));
  await database.sql`
    insert into channel_states (channel, checked_at, findings, lines)
    values ('sms', dunlin_now(), '[{"about": "balance", "account": "a", "micros": 12340000, "currency": "CNY"},
      {"about": "package", "account": "a", "left": 96, "bought": 1000}]', '[{"about": "stock", "level": "warning", "text": "nearly used up"}]')`;
  await database.sql`
    insert into channel_outages (channel, since, seen_at, code) values ('sms', dunlin_now(), dunlin_now(), 'timeout')`;
}

export const shopifySigned = (payload: string, topic: string) => ({
  headers: {
    "content-type": "application/json",
    "x-shopify-topic": topic,
    "x-shopify-hmac-sha256": createHmac("sha256", SHOPIFY_SECRET).update(payload).digest("base64"),
  },
  payload,
});
