import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../src/core/duration.ts";
import { jsonPieces } from "../../src/rehearsal/json.ts";
import { decimal, outcomeOf } from "../../src/rehearsal/outcome.ts";
import { formatRehearsal } from "../../src/rehearsal/page.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import type { RehearsalChannel } from "../../src/rehearsal/types.ts";
import { quietOf, shopPolicy, T0 } from "./support.ts";

const FILES = new Map([
  ["default/campaign.yaml", "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [chat, sms] }\n"],
  ["default/nudge.sms.en.hbs", "{{shop}}: {{count}} of {{total}}"],
  ["default/nudge.chat.zh.hbs", "{{shop}}：{{total}}"],
]);
const CHANNELS: RehearsalChannel[] = [
  { name: "sms", contact: "phone", ratePerSecond: 1, cost: { micros: 45_000, currency: "CNY" } },
  { name: "chat", contact: "chat", ratePerSecond: null, cost: null },
];

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dunlin-test-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const event = (id: string, type: string, minutes: number, order: Record<string, unknown>, shop = "acme") => ({
  id,
  type: `order.${type}`,
  occurredAt: new Date(T0 + minutes * MINUTE).toISOString(),
  shop,
  order,
});
const created = (id: string, minutes: number, buyer: unknown, more: Record<string, unknown> = {}) =>
  event(`${id}-c`, "created", minutes, {
    id,
    amount: "10.00",
    currency: "CNY",
    createdAt: new Date(T0 + minutes * MINUTE).toISOString(),
    buyer,
    ...more,
  });

type Options = { from?: number; shortFile?: number; quiet?: boolean };

async function run(lines: readonly (object | string)[], options: Options = {}) {
  const file = join(dir, "events.ndjson");
  writeFileSync(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  const from = options.from ?? null;
  const shop = shopPolicy(options.quiet ? { quietHours: quietOf("20:05", "20:59") } : {});
  const result = await rehearse({
    file,
    env: { files: FILES, channels: CHANNELS, from, shops: { listed: new Map([["acme", shop]]), other: null } },
    threads: 1,
    ...(options.shortFile === undefined ? {} : { shortFile: options.shortFile }),
  });
  const warnings = result.backward === null ? [] : [result.backward];
  const outcome = outcomeOf(result.figures, { from, channels: CHANNELS, warnings });
  const text = Buffer.concat(
    [...jsonPieces(outcome, result.sends, result.skips)].map((it) => Buffer.from(it)),
  ).toString();
  result.close();
  return { text, json: JSON.parse(text), page: formatRehearsal(outcome, result.figures, CHANNELS) };
}

describe("a rehearsal", () => {
  it("prints what the contract says", async () => {
    const { json } = await run([
      created("2", 1, { phone: "+8613812345678", locale: "en" }),
      created("1", 1, { id: "b-77", phone: "+8613912345678", chat: { wechat: "w" }, locale: "zh-CN" }),
      created("3", 1, { id: "b-78", phone: "+8613712345678" }),
      event("p", "paid", 2, { id: "3" }),
    ]);
    const send = {
      at: "2026-11-10T20:11:00+08:00",
      shop: "acme",
      campaign: "default",
      step: "nudge",
      variant: null,
      segments: 1,
    };
    expect(json).toEqual({
      from: "2026-11-10T20:01:00+08:00",
      to: "2026-11-10T20:11:00+08:00",
      orders: 3,
      cases: 3,
      sends: [
        { ...send, buyer: "+86138****5678", orders: ["2"], channel: "sms", text: "acme: 1 of CN¥10.00" },
        { ...send, buyer: "b-77", orders: ["1"], channel: "chat", text: "acme：¥10.00" },
      ],
      skips: [
        {
          at: "2026-11-10T20:02:00+08:00",
          shop: "acme",
          buyer: "b-78",
          orders: ["3"],
          campaign: "default",
          step: "nudge",
          reason: "paid",
        },
      ],
      peakPerSecond: { chat: 1, sms: 1 },
      segments: { sms: 1 },
      cost: [{ amount: "0.045", currency: "CNY" }],
      warnings: [],
    });
  });

  it("gives the same bytes by way of buckets on disk as in memory", async () => {
    const lines = Array.from({ length: 400 }, (_, n) => [
      created(
        `o${n}`,
        n % 90,
        { id: `b"\t${n % 70}`, phone: `+86138000000${10 + ((n * 3) % 70)}` },
        n % 3 ? { closesAt: new Date(T0 + (n % 90) * MINUTE + 20 * MINUTE).toISOString() } : {},
      ),
      ...(n % 4 ? [] : [event(`p${n}`, "paid", (n % 90) + 5, { id: `o${n}` })]),
      ...(n % 50 ? [] : ["{ broken"]),
    ]).flat();
    const [short, long, again] = [
      await run(lines),
      await run(lines, { shortFile: 0 }),
      await run(lines, { shortFile: 0 }),
    ];
    expect(long.text).toBe(short.text);
    expect(again.text).toBe(long.text);
    expect(long.page).toBe(short.page);
    const keys = short.json.sends.map(({ at, buyer, step }: Record<string, string>) => `${at}\n${buyer}\n${step}`);
    expect(keys.length).toBeGreaterThan(20);
    expect(keys).toEqual([...keys].sort());
  });

  it("names every bad line and goes on", async () => {
    const good = created("1", 0, { id: "A", phone: "+8613812345678" });
    const { json } = await run([
      good,
      "",
      "[",
      event("x", "paid", -5, { id: "9" }, "nowhere"),
      event("y", "paid", 5, { id: 123 }),
      created("z", 6, { phone: "12" }),
      JSON.stringify(good).slice(0, 50),
    ]);
    expect(json.sends).toHaveLength(1);
    expect(json.warnings.map((warning: string) => warning.replace(/: .*/, ""))).toEqual([
      "line 3",
      "line 4",
      "line 5",
      "line 6",
      "line 7",
      "line 4",
    ]);
    expect(json.warnings.at(-1)).toMatch(/lies before/);
  });

  it("warns of a slow channel, of quiet hours that swallow a step, and of orders that no step fits", async () => {
    const closing = (minutes: number) => ({ closesAt: new Date(T0 + minutes * MINUTE).toISOString() });
    const phone = (n: number) => ({ id: `b${n}`, phone: `+86138000000${10 + n}` });
    const many = Array.from({ length: 60 }, (_, n) => created(`o${n}`, 0, phone(n), closing(12.5)));
    const warnings = async (lines: object[], quiet = false) => (await run(lines, { quiet })).json.warnings;
    expect(await warnings(many)).toEqual([
      "channel sms is too slow for its peak: at 1 a second it runs 1m behind, and up to 30 sends come too late",
    ]);
    expect(await warnings([created("a", 0, phone(1), closing(12.5))], true)).toEqual([]);
    expect(await warnings([created("a", 4, phone(1), closing(20))], true)).toEqual([
      "quiet hours swallow 1 of 1 reminders of step default/nudge",
    ]);
    expect(await warnings([created("a", 0, phone(1), closing(4))])).toEqual([
      "step default/nudge never fits orders that close 4m after they were created (1 reminders)",
    ]);
    expect(await warnings([created("a", 0, { id: "A", chat: { w: "w" }, locale: "fr" })])).toEqual([]);
  });

  it("says when a text is missing", async () => {
    const { json } = await run([created("a", 0, { id: "A", chat: { w: "w" }, locale: "fr" })]);
    expect(json.sends[0].text).toBe("acme：¥10.00");
    FILES.set("default/nudge.chat.es.hbs", FILES.get("default/nudge.chat.zh.hbs") ?? "");
    FILES.delete("default/nudge.chat.zh.hbs");
    const without = await run([created("a", 0, { id: "A", chat: { w: "w" }, locale: "fr" })]);
    expect(without.json.sends[0]).toMatchObject({ text: "", segments: 0 });
    expect(without.json.warnings).toEqual(["default/nudge on chat has no text for locale fr nor a fallback (1 sends)"]);
  });
});

it.each([
  [49_500_000, 2, "49.50"],
  [45_000, 2, "0.045"],
  [5_000_000, 0, "5"],
  [0, 2, "0.00"],
])("%s millionths with %s digits are %s", (micros, digits, text) => expect(decimal(micros, digits)).toBe(text));
