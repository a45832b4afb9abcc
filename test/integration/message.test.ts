/**
 * Dispatch, rehearsal, preview and `send-test` make and count the same message: text, parameters, segments, encoding and cost agree to the
 * byte over generated campaigns. Each is run for real, and each must have made its message by `render/message.ts`. MESSAGE_SEED runs a
 * reported seed again.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { pino } from "pino";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { sendTest } from "../../src/cli/commands/send-test.ts";
import type { CommandContext } from "../../src/cli/context.ts";
import type { ChannelTerms, Message } from "../../src/core/seams/channel.ts";
import { previewTemplate } from "../../src/preview/preview.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import { buildCatalog, type Catalog } from "../../src/render/catalog/catalog.ts";
import type { MadeMessage, MessageResult } from "../../src/render/message.ts";
import { runLive, VAULT } from "../support/agreement/live.ts";
import { CHANNELS, type MessageScenario, scenarioOf, shapeArb } from "../support/agreement/messages.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { inProcessChannel } from "../support/in-process-channel.ts";
import { PLAIN } from "../support/rehearsal.ts";
import { T0 } from "../support/rules.ts";

const SEED = Number(process.env.MESSAGE_SEED ?? Math.floor(Math.random() * 1_000_000));
const SCENARIOS = 60;
/** Segments that the provider of `sms-tx` counts: its count wins in the ledger. */
const BILLED = 9;

/** Results of `render/message.ts`, in the order in which they were made. */
const results: MessageResult[] = vi.hoisted(() => []);
vi.mock("../../src/render/message.ts", async (original) => {
  const real = await original<typeof import("../../src/render/message.ts")>();
  const recorded =
    <A extends unknown[]>(make: (...args: A) => MessageResult) =>
    (...args: A): MessageResult => {
      const result = make(...args);
      results.push(result);
      return result;
    };
  return { ...real, makeMessage: recorded(real.makeMessage), composeMessage: recorded(real.composeMessage) };
});
beforeEach(() => void results.splice(0));

type Sent = {
  readonly shop: string;
  readonly channel: string;
  readonly text: string;
  readonly segments: number;
};

/** A delivery of the ledger with the message that its channel got. */
type Delivery = Sent & {
  readonly message: Message;
  readonly template: string;
  readonly version: string;
  readonly cost: number | null;
  readonly currency: string | null;
};

const shapes = fc.sample(shapeArb, { numRuns: SCENARIOS, seed: SEED });
const scenarios = shapes.map((shape, index) => scenarioOf(shape, `s${index}`, T0));
const files = new Map(scenarios.flatMap((scenario) => [...scenario.files]));

function catalogOf(texts: ReadonlyMap<string, string>): Catalog {
  const built = buildCatalog(texts, { channels: CHANNELS.map(({ name }) => name) }, "campaigns");
  if (!built.ok) throw new Error(built.faults.join("\n"));
  results.splice(0);
  return built.catalog;
}

const sorted = (list: readonly object[]): string[] => list.map((each) => JSON.stringify(each)).sort();
const shopOf = (id: string) => scenarios.find(({ shop }) => shop.id === id)?.shop ?? null;

async function deliveriesOf({ sql }: TestDatabase, messages: ReadonlyMap<string, Message>): Promise<Delivery[]> {
  const rows = await sql<(Delivery & { id: string })[]>`
    select id, shop_id as shop, channel, segments, template, template_version as version,
      cost_micros::float8 as cost, cost_currency as currency
    from deliveries where state = 'accepted'`;
  return rows.map((row) => {
    const message = messages.get(row.id);
    if (message === undefined) throw new Error(`delivery ${row.id} reached no channel`);
    return { ...row, message, text: message.text };
  });
}

const running = () => ({ policy: { campaigns: [] }, catalog: { templates: [] } });
const newest = async () => [];

/** The preview of the order at this instant must equal the message that was just sent for it. */
async function comparePreview(database: TestDatabase, delivery: Delivery, catalog: Catalog): Promise<void> {
  const template = catalog.templates.find(({ id }) => id === delivery.template);
  const { message } = delivery;
  const made = results.length;
  const result = await previewTemplate(
    { sql: database.sql, vault: VAULT, shopOf, shop: null, channels: CHANNELS, running, newest, now: () => T0 },
    {
      template: template?.source ?? "",
      channel: delivery.channel,
      locale: message.locale,
      campaign: message.campaign,
      step: message.step,
      from: { order: { shop: delivery.shop, id: message.orders[0] ?? "" } },
    },
  );
  // The real message is made first; the one that is shown is masked.
  const [real, masked] = results.splice(made);
  if (result.kind !== "preview" || !real?.ok || !masked?.ok) throw new Error(`seed ${SEED}: ${JSON.stringify(result)}`);
  const { text, params, approved, segments, encoding, characters, cost } = result.preview;
  expect(real.text, `seed ${SEED}, ${delivery.template}`).toBe(message.text);
  expect([real.params, real.approved, approved]).toEqual([message.params, message.approved, message.approved]);
  expect([text, params]).toEqual([masked.text, masked.params]);
  expect([segments, encoding, characters]).toEqual([real.segments, real.encoding, real.units]);
  expect(cost === null ? null : Math.round(Number(cost.amount) * 1e6)).toBe(real.cost?.micros ?? null);
  expect(real.templateVersion).toBe(delivery.version);
  ledgerSays(delivery, real);
}

function ledgerSays({ channel, segments, cost, currency }: Delivery, made: MadeMessage): void {
  const billed = channel === "sms-tx" ? BILLED : made.segments;
  const each = CHANNELS.find(({ name }) => name === channel)?.cost ?? null;
  expect([segments, cost, currency]).toEqual([billed, each && each.micros * billed, each?.currency ?? null]);
  if (channel !== "sms-tx") expect(cost).toBe(made.cost?.micros ?? null);
}

it("dispatch, rehearsal and preview make the same messages of the same orders", { timeout: 120_000 }, async () => {
  const database = await testDatabase();
  const catalog = catalogOf(files);
  const messages = new Map<string, Message>();
  const compared = new Set<string>();
  const live: Delivery[] = [];
  await runLive({
    database,
    scenarios,
    catalog,
    mayFail: true,
    channels: CHANNELS.map((facts) =>
      inProcessChannel(facts, (message) => {
        messages.set(message.idempotencyKey, message);
        return facts.name === "sms-tx" ? { kind: "accepted", messageId: null, segments: BILLED } : undefined;
      }),
    ),
    settled: async () => {
      for (const delivery of await deliveriesOf(database, messages)) {
        if (compared.has(delivery.message.idempotencyKey)) continue;
        compared.add(delivery.message.idempotencyKey);
        live.push(delivery);
        await comparePreview(database, delivery, catalog);
      }
    },
  });
  const dispatched = results.splice(0);

  const dir = mkdtempSync(join(tmpdir(), "dunlin-message-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "events.ndjson");
  const events = scenarios.flatMap((scenario) => scenario.events).sort((a, b) => a.at - b.at);
  writeFileSync(file, events.map(({ event }) => JSON.stringify(event)).join("\n"));
  const shops = { listed: new Map(scenarios.map(({ shop }) => [shop.id, shop])), other: null };
  const channels = CHANNELS.map((channel) => ({ ...channel, ratePerSecond: null }));
  const run = await rehearse({ file, dir, threads: 1, env: { files, channels, from: null, shops, ...PLAIN } });
  const rehearsed = [...run.sends].map((json) => JSON.parse(json.toString()) as Sent);
  const { cost, segments } = run.figures;
  // Before them come those that the warnings of the catalog are found by.
  expect(sorted(results.slice(-dispatched.length)), `seed ${SEED}`).toEqual(sorted(dispatched));
  const rowOf = ({ shop, channel, text }: Sent) => ({ shop, channel, text });
  expect(sorted(rehearsed.filter(({ text }) => text !== "").map(rowOf))).toEqual(sorted(live.map(rowOf)));
  const made = dispatched.filter((result) => result.ok);
  const sums = new Map<string, number>();
  for (const { cost: price } of made)
    if (price !== null) sums.set(price.currency, (sums.get(price.currency) ?? 0) + price.micros);
  expect(Object.fromEntries(cost)).toEqual(Object.fromEntries(sums));
  expect([...segments.values()].reduce((sum, count) => sum + count, 0)).toBe(
    rehearsed.reduce((sum, send) => sum + (send.channel.startsWith("chat") ? 0 : send.segments), 0),
  );
  // A case that never occurs is not compared.
  const has = (holds: (message: MadeMessage) => boolean) => made.some(holds);
  expect({
    sends: live.length > SCENARIOS / 2,
    failed: dispatched.some((result) => !result.ok),
    signed: has(({ approved }) => approved?.fields.signName !== undefined),
    params: has(({ params }) => Object.keys(params).length > 1),
    long: has((message) => message.segments > 1),
    encodings: new Set(made.map(({ encoding }) => encoding)).size,
  }).toEqual({ sends: true, failed: true, signed: true, params: true, long: true, encodings: 3 });
});

it("send-test sends what the preview shows of the sample", { timeout: 60_000 }, async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: T0 });
  onTestFinished(() => void vi.useRealTimers());
  let compared = 0;
  for (const scenario of scenarios.slice(0, 20)) compared += await compareSendTest(scenario);
  expect(compared).toBeGreaterThan(20);
});

async function compareSendTest({ shop, files: own }: MessageScenario): Promise<number> {
  const templatesDir = mkdtempSync(join(tmpdir(), "dunlin-message-"));
  onTestFinished(() => rmSync(templatesDir, { recursive: true, force: true }));
  for (const [path, text] of own) {
    mkdirSync(dirname(join(templatesDir, path)), { recursive: true });
    writeFileSync(join(templatesDir, path), text);
  }
  const lines: string[] = [];
  const configs = CHANNELS.map((channel): ChannelTerms => {
    return { ...channel, ratePerSecond: null, timeoutMs: 5_000, connections: 128 };
  });
  const context = {
    config: {
      databaseUrl: null,
      directUrl: null,
      dataDir: join(templatesDir, "none"),
      templatesDir,
      implicitShops: false,
      shopIds: [shop.id],
      shop: (id: string) => (id === shop.id ? { ...shop, webhooks: {} } : null),
      channels: configs,
    },
    log: pino({ level: "silent" }),
    out: (line: string) => void lines.push(line),
    note: (line: string) => void lines.push(line),
  } as unknown as CommandContext;
  const templates = catalogOf(own).templates;
  for (const template of templates) {
    const { channel, locale, variant } = template;
    const channelFacts = CHANNELS.find(({ name }) => name === channel);
    const isMainland = /^zh/.test(locale);
    const to = channelFacts?.contacts[0] === "chat" ? "wx-1" : isMainland ? "+8613812345678" : "+34600123456";
    const options = { campaign: shop.id, step: "nudge", channel, to, locale, ...(variant === null ? {} : { variant }) };
    const sent: Message[] = [];
    const open = () =>
      new Map(
        CHANNELS.map((facts) => [
          facts.name,
          inProcessChannel(facts, (message) => void sent.push(message) as undefined),
        ]),
      );
    lines.length = 0;
    const made = await sendTest(context, { ...options, shop: shop.id }, open);
    // Without stored orders: their links would be those of the sample.
    const noOrders = (async () => []) as never;
    const from = { shopOf, shop: shop.id, channels: CHANNELS, running, newest, now: () => T0 };
    const deps = { sql: noOrders, vault: VAULT, ...from };
    const result = await previewTemplate(deps, {
      template: template.source,
      channel,
      locale,
      campaign: shop.id,
      step: "nudge",
      from: { sample: {} },
    });
    if (result.kind !== "preview") throw new Error(`seed ${SEED}, ${template.id}: ${JSON.stringify(result)}`);
    const { preview } = result;
    const [message] = sent;
    expect([message?.text, message?.params, message?.approved], `seed ${SEED}, ${template.id}`).toEqual([
      preview.text,
      preview.params,
      preview.approved,
    ]);
    expect([made.segments, made.encoding, made.units]).toEqual([
      preview.segments,
      preview.encoding,
      preview.characters,
    ]);
    expect(made.cost?.micros ?? null).toBe(preview.cost && Math.round(Number(preview.cost.amount) * 1e6));
    if (channelFacts?.contacts[0] === "phone")
      expect(lines.join("\n")).toContain(`, ${preview.segments} segment(s), key test-`);
  }
  return templates.length;
}
