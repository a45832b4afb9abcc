import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { ShopPolicy } from "../../../src/core/values/policy.ts";
import { parseWhen, type When } from "../../../src/core/values/when.ts";
import { prepareRehearsal } from "../../../src/rehearsal/prepare.ts";
import { rehearse } from "../../../src/rehearsal/rehearse.ts";
import { lifeOf } from "../../../src/rehearsal/result/figures.ts";
import { decimal, outcomeOf } from "../../../src/rehearsal/result/outcome.ts";
import { formatRehearsal } from "../../../src/rehearsal/result/page.ts";
import { jsonPieces } from "../../../src/rehearsal/rows/json.ts";
import type { RehearsalChannel } from "../../../src/rehearsal/types.ts";
import { quietOf, shopPolicy, T0 } from "../../support/rules.ts";

const FILES = new Map([
  ["default/campaign.yaml", "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [chat, sms] }\n"],
  ["default/nudge.sms.en.hbs", "{{shop}}: {{count}} of {{total}}"],
  ["default/nudge.chat.zh.hbs", "{{shop}}：{{total}}"],
]);
const CHANNELS: RehearsalChannel[] = [
  {
    name: "sms",
    provider: "console",
    contacts: ["phone"],
    ratePerSecond: 1,
    cost: { micros: 45_000, currency: "CNY" },
    fallback: null,
  },
  { name: "chat", provider: "console", contacts: ["chat"], ratePerSecond: null, cost: null, fallback: null },
  { name: "call", provider: "desk", contacts: ["phone"], ratePerSecond: null, cost: null, fallback: null },
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

type Options = {
  from?: number;
  shortFile?: number;
  quiet?: boolean;
  files?: Record<string, string>;
  shops?: readonly ShopPolicy[];
  asOf?: When | undefined;
  tags?: string[];
  scale?: number;
  rows?: boolean;
};

async function run(lines: readonly (object | string)[], options: Options = {}) {
  const file = join(dir, "events.ndjson");
  writeFileSync(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  const from = options.from ?? null;
  const shop = shopPolicy(options.quiet ? { quietHours: quietOf("20:05", "20:59") } : {});
  const campaigns = {
    files: new Map([...FILES, ...Object.entries(options.files ?? {})]),
    faults: [],
    shownAs: "campaigns",
  };
  const shops = {
    listed: new Map([["acme", shop], ...(options.shops ?? []).map((each) => [each.id, each] as const)]),
    other: null,
  };
  const asked = {
    campaigns,
    channels: CHANNELS,
    shops,
    from: from === null ? null : { kind: "instant" as const, at: from },
    now: T0,
    changes: { asOf: options.asOf ?? null, tags: options.tags ?? [], scale: options.scale ?? 1 },
    stored: null,
    rows: options.rows ?? true,
  };
  const prepared = prepareRehearsal(asked);
  if (!prepared.ok) throw new Error(prepared.faults.join("\n"));
  const result = await rehearse({
    file,
    env: prepared.env,
    dir,
    threads: 1,
    ...(options.shortFile === undefined ? {} : { shortFile: options.shortFile }),
  });
  const warnings = result.backward === null ? [] : [result.backward];
  const outcome = outcomeOf(result.figures, { from, channels: CHANNELS, warnings, campaigns: prepared.campaigns });
  const text = Buffer.concat(
    [...jsonPieces(outcome, result.sends, result.skips)].map((it) => Buffer.from(it)),
  ).toString();
  result.close();
  return { text, json: JSON.parse(text), page: formatRehearsal(outcome, result.figures, CHANNELS) };
}

describe("a rehearsal", () => {
  it("has calls among its sends, with a script or without one", async () => {
    const yaml = "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [call, chat, sms] }\n";
    const lines = [created("1", 0, { phone: "+8613812345678", locale: "en" })];
    const files = { "default/campaign.yaml": yaml };
    const calls = async (more: Record<string, string>) => {
      const { json } = await run(lines, { files: { ...files, ...more } });
      return json.sends.map(({ channel, text }: Record<string, unknown>) => [channel, text]);
    };
    expect(await calls({})).toEqual([["call", ""]]);
    expect(await calls({ "default/nudge.call.en.hbs": "Ask for the size: {{total}}" })).toEqual([
      ["call", "Ask for the size: CN¥10.00"],
    ]);
  });

  it("prints the JSON of the contract", async () => {
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
    const counts = { channel: null, sends: 0, segments: 0, cost: null, settled: 0, skips: 0 };
    const row = { campaign: "default", step: "nudge", variant: null, shop: "acme", ...counts };
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
      texts: [
        {
          template: "default/nudge.chat.zh",
          channel: "chat",
          sends: 1,
          segments: 1,
          cost: null,
          example: "acme：¥10.00",
        },
        {
          template: "default/nudge.sms.en",
          channel: "sms",
          sends: 1,
          segments: 1,
          cost: { amount: "0.045", currency: "CNY" },
          example: "acme: 1 of CN¥10.00",
        },
      ],
      peaks: [
        { channel: "chat", at: "2026-11-10T20:11:00+08:00", sends: 1 },
        { channel: "sms", at: "2026-11-10T20:11:00+08:00", sends: 1 },
      ],
      hours: [{ zone: "Asia/Shanghai", at: "2026-11-10T20:00:00+08:00", sends: 2 }],
      rows: [
        { ...row, channel: "chat", sends: 1, segments: 1 },
        { ...row, channel: "sms", sends: 1, segments: 1, cost: { amount: "0.045", currency: "CNY" } },
        { ...row, settled: 1 },
      ],
      settled: { paid: 1 },
      skipped: {},
      warnings: [],
    });
  });

  it("warns of what names and titles bring in, with the number of sends", async () => {
    const buyer = (phone: string, name: string) => ({ phone, name, locale: "zh-CN" });
    const { json } = await run(
      [
        created("1", 1, buyer("+8613812345678", "小★星")),
        created("2", 1, buyer("+8613912345678", "星★")),
        created("3", 1, buyer("+8613712345678", "李雷"), {
          items: [{ sku: "1", title: "限时秒杀", quantity: 1, price: "1" }],
        }),
      ],
      { files: { "default/nudge.sms.zh.hbs": "{{buyer.name}} {{#if items}}{{list items}}{{/if}} 拒收请回复R" } },
    );
    expect(json.warnings).toEqual([
      expect.stringMatching(/^default\/nudge\.sms\.zh: contains ★ \(U\+2605\) from buyer\.name.* \(2 sends\)$/),
      expect.stringMatching(/^default\/nudge\.sms\.zh: 限时 from orders\.items\.title is refused .* \(1 sends\)$/),
    ]);
  });

  it("gives the same bytes with buckets on disk as in memory", async () => {
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

  it("reports every bad line and goes on", async () => {
    const good = created("1", 0, { id: "A", phone: "+8613812345678", locale: "en" });
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
    expect(json.warnings.at(-1)).toMatch(/is before/);
  });

  it("counts what could not be used of the events, with the first line, in memory and in buckets", async () => {
    const unread = (n: number) => created(`o${n}`, n, { id: `b${n}`, phone: "1.39E+10" });
    const lines = [created("o0", 0, { id: "b0", phone: "+8613812345678", locale: "en" }), ...[1, 2, 3].map(unread)];
    const said = [expect.stringMatching(/^line 2: order\.buyer\.phone: .* \(phone_unreadable; 3 events\)$/)];
    expect((await run(lines)).json.warnings).toEqual(said);
    expect((await run(lines, { shortFile: 0 })).json.warnings).toEqual(said);
  });

  it("warns of a slow channel, of quiet hours that skip a step, and of orders that no step fits", async () => {
    const closing = (minutes: number) => ({ closesAt: new Date(T0 + minutes * MINUTE).toISOString() });
    const phone = (n: number) => ({ id: `b${n}`, phone: `+86138000000${10 + n}`, locale: "en" });
    const many = Array.from({ length: 60 }, (_, n) => created(`o${n}`, 0, phone(n), closing(12.5)));
    const warnings = async (lines: object[], quiet = false) => (await run(lines, { quiet })).json.warnings;
    expect(await warnings(many)).toEqual([
      "channel sms is too slow for its peak: at 1/s its queue reaches 1m, and up to 30 sends are too late",
    ]);
    expect(await warnings([created("a", 0, phone(1), closing(12.5))], true)).toEqual([]);
    expect(await warnings([created("a", 4, phone(1), closing(20))], true)).toEqual([
      "quiet hours skip 1 of 1 reminders of step default/nudge",
    ]);
    expect(await warnings([created("a", 0, phone(1), closing(4))])).toEqual([
      "step default/nudge never fits orders that close 4m after they were created (1 reminders)",
    ]);
  });

  it("warns of a language without a text, the buyer's or else the shop's", async () => {
    const { json } = await run([
      created("a", 0, { id: "A", chat: { w: "a" }, locale: "fr-CA" }),
      created("b", 0, { id: "B", chat: { w: "b" }, locale: "fr" }),
      created("c", 0, { id: "C", chat: { w: "c" }, locale: "zh_TW" }),
      created("d", 0, { id: "D", phone: "+8613812345678" }),
      created("e", 0, { id: "E", phone: "+8613912345678", locale: "en-GB" }),
      created("f", 0, { id: "F", phone: "+8613712345678", locale: "no locale" }),
    ]);
    expect(json.warnings).toEqual([
      "default/nudge on chat has no text in fr, which occurs: such buyers get zh (2 sends)",
      "default/nudge on sms has no text in zh, which occurs: such buyers get en (1 sends)",
    ]);
  });

  it("prints a page: sends per hour, channels, rows, cost, skips, every text once, warnings", async () => {
    const { page } = await run([
      ...Array.from({ length: 6 }, (_, n) =>
        created(`o${n}`, n * 30, { id: `b${n}`, phone: `+861380000000${n}`, locale: n < 5 ? "en" : "fr" }),
      ),
      created("x", 5, { id: "wx", chat: { w: "w" }, locale: "zh-CN" }),
      created("y", 6, { id: "b\u001b[31mred", phone: "+8613812345678" }),
      event("p", "paid", 7, { id: "y" }),
      created("z", 6, { id: "noone" }),
    ]);
    expect(page.split("\n")).toEqual([
      "Rehearsal from 2026-11-10T20:00:00+08:00 to 2026-11-10T22:40:00+08:00",
      "10 events, 9 unpaid orders in 9 cases: 7 sends, 1 not needed (paid or closed before), 1 skips",
      "",
      "Sends per hour",
      `  11-10 20:00  ${"█".repeat(40)} 3`,
      `  11-10 21:00  ${"█".repeat(27).padEnd(40)} 2`,
      `  11-10 22:00  ${"█".repeat(27).padEnd(40)} 2`,
      "",
      "Channels",
      "  sms: 6 sends, 6 segments, peak 1/s at 2026-11-10T20:10:00+08:00 (limit 1/s)",
      "  chat: 1 sends, peak 1/s at 2026-11-10T20:15:00+08:00 (no limit)",
      "",
      "Rows",
      "  campaign  step   channel  variant  shop  sends  segments      cost  not needed  skipped",
      "  default   nudge  chat     -        acme      1",
      "  default   nudge  sms      -        acme      6         6  0.27 CNY",
      "  default   nudge  -        -        acme                                      1        1",
      "",
      "Texts",
      "  default/nudge.chat.zh  1 send",
      "  default/nudge.sms.en   6 sends  6 segments, 1.00 each  0.27 CNY",
      "",
      "Cost",
      "  0.27 CNY",
      "",
      "Not needed any more",
      "  paid         1  e.g. order y of b�[31mred in acme",
      "",
      "Skipped",
      "  no_contact         1  e.g. order z of noone in acme",
      "",
      "Every text that is used, once",
      "  default/nudge.chat.zh (chat, to wx):",
      "    acme：¥10.00",
      "  default/nudge.sms.en (sms, to b0):",
      "    acme: 1 of CN¥10.00",
      "",
      "Warnings",
      "  ! line 7: occurredAt is before that of a line above it (4 such lines); events happen in the order of their times",
      "  ! default/nudge on sms has no text in fr, which occurs: such buyers get en (1 sends)",
      "",
    ]);
  });

  it("counts rows by campaign, step, channel, variant and shop, and hours on the clock of each shop", async () => {
    const madrid = shopPolicy({ id: "sol", timeZone: "Europe/Madrid" });
    const buyer = (n: number) => ({ id: `b${n}`, phone: `+8613800000${n + 100}`, locale: "en" });
    const lines = Array.from({ length: 20 }, (_, n) => ({
      ...created(`o${n}`, n * 6, buyer(n)),
      shop: n % 2 ? "sol" : "acme",
    }));
    const options = {
      shops: [madrid],
      files: {
        "default/campaign.yaml":
          "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [chat, sms] }\nvariants: { a: 50, b: 50 }\n",
      },
    };
    const { json, page } = await run(lines, options);
    const rows = json.rows.map((row: Record<string, string>) => [row.variant, row.shop, row.sends].join(" "));
    const sends = (variant: string, shop: string) =>
      json.sends.filter((send: Record<string, string>) => send.variant === variant && send.shop === shop).length;
    const cells = ["a", "b"].flatMap((variant) => ["acme", "sol"].map((shop) => [variant, shop] as const));
    expect(rows).toEqual(cells.map(([variant, shop]) => [variant, shop, sends(variant, shop)].join(" ")));
    expect(json.hours).toEqual([
      { zone: "Asia/Shanghai", at: "2026-11-10T20:00:00+08:00", sends: 5 },
      { zone: "Asia/Shanghai", at: "2026-11-10T21:00:00+08:00", sends: 5 },
      { zone: "Europe/Madrid", at: "2026-11-10T13:00:00+01:00", sends: 4 },
      { zone: "Europe/Madrid", at: "2026-11-10T14:00:00+01:00", sends: 5 },
      { zone: "Europe/Madrid", at: "2026-11-10T15:00:00+01:00", sends: 1 },
    ]);
    expect(page).toContain("Sends per hour in Asia/Shanghai (acme)\n  11-10 20:00");
    expect(page).toContain("Sends per hour in Europe/Madrid (sol)\n  11-10 13:00");
    expect((await run(lines, { ...options, shortFile: 0 })).text).toBe((await run(lines, options)).text);
  });

  describe("a campaign that is used for no order says why", () => {
    const steps = "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n";
    const texts = { "promo/nudge.sms.en.hbs": "{{total}}", "default/nudge.sms.zh.hbs": "{{total}}" };
    const buyer = (n: number) => ({ id: `b${n}`, phone: `+8613800000${n + 100}`, locale: "en" });
    const orders = [1, 2, 3].map((n) => created(`o${n}`, n, buyer(n), n === 1 ? { tags: ["d11"] } : {}));
    const why = async (head: string, shortFile = Number.POSITIVE_INFINITY) =>
      (
        await run(orders, {
          shortFile,
          files: {
            ...texts,
            "promo/campaign.yaml": head + steps,
            "default/campaign.yaml": `priority: 1\n${steps.replace("[sms]", "[chat, sms]")}`,
          },
        })
      ).json.warnings;
    const created3 = "(created from 2026-11-10T20:01:00+08:00 to 2026-11-10T20:03:00+08:00)";
    const used = "campaign promo is used for none of the orders: ";

    it.each([
      ["it fits one", "priority: 9\nmatch: { tags: [D11] }\n", null],
      [
        "time and tag fit none",
        "priority: 9\nactive: { from: 2026-11-11T00:00:00+08:00 }\nmatch: { tags: [d12, x] }\n",
        `active from 2026-11-11T00:00:00+08:00 on none, tag d12 or x on none of 3 orders ${created3}`,
      ],
      [
        "tag and time fit, but not the same orders",
        "priority: 9\nactive: { from: 2026-11-10T20:02:00+08:00 }\nmatch: { tags: [d11] }\n",
        `active from 2026-11-10T20:02:00+08:00 on 2, tag d11 on 1 of 3 orders ${created3}, and all of this on none`,
      ],
      [
        "the amount fits none",
        'priority: 9\nmatch: { amount: { min: "99.00" } }\n',
        `match.amount on none of 3 orders ${created3}`,
      ],
      [
        "it excludes what it matches",
        "priority: 9\nmatch: { tags: [d11] }\nexclude: { tags: [d11] }\n",
        "its exclude takes out all 1 of 3 orders that it matches",
      ],
      [
        "another one comes first",
        "priority: 0\n",
        "the 3 of 3 orders that it matches go to other campaigns; a case goes to the campaign with the highest priority that fits",
      ],
    ])("%s", async (_, head, text) => {
      const expected = text === null ? [] : [used + text];
      expect(await why(head)).toEqual(expected);
      expect(await why(head, 0)).toEqual(expected);
    });
  });

  describe("of changed events", () => {
    const phone = (n: number) => ({ id: `b${n}`, phone: `+86138000000${n + 10}`, locale: "en" });
    const day = [
      created("o1", 0, phone(1)),
      created("o2", 90, phone(2), { closesAt: new Date(T0 + 120 * MINUTE).toISOString() }),
      event("p", "paid", 95, { id: "o2" }),
    ];
    const sends = (json: { sends: Record<string, string>[] }) => json.sends.map(({ at, buyer }) => `${at} ${buyer}`);
    const both = async (lines: readonly (object | string)[], options: Options) => {
      const short = await run(lines, options);
      expect((await run(lines, { ...options, shortFile: 0 })).text).toBe(short.text);
      return short.json;
    };

    it.each([
      ["2026-11-20", "2026-11-20T20:10:00+08:00", "2026-11-20T21:35:00+08:00"],
      ["tomorrow", "2026-11-11T20:10:00+08:00", "2026-11-11T21:35:00+08:00"],
      ["2026-11-20 08:00", "2026-11-20T08:10:00+08:00", "2026-11-20T09:35:00+08:00"],
      ["2026-11-20T00:00:00Z", "2026-11-20T08:10:00+08:00", "2026-11-20T09:35:00+08:00"],
      ["-2h", "2026-11-10T18:10:00+08:00", "2026-11-10T19:35:00+08:00"],
    ])("as of %s all its times move together", async (time, sent, paid) => {
      const broken = event("old", "shipped", -100_000, { id: "x" });
      const json = await both([...day, broken], { asOf: parseWhen(time) ?? undefined });
      expect(sends(json)).toEqual([`${sent} b1`]);
      expect(json.skips.map(({ at, reason }: Record<string, string>) => `${at} ${reason}`)).toEqual([`${paid} paid`]);
    });

    it("as of a day: each shop keeps its own clock, also over a change of the clocks", async () => {
      const shops = [shopPolicy({ id: "sol", timeZone: "Europe/Madrid" })];
      const lines = [created("o1", 0, phone(1)), { ...created("o2", 30, phone(2)), shop: "sol" }];
      const json = await both(lines, { asOf: parseWhen("2026-07-01") ?? undefined, shops });
      expect(sends(json)).toEqual(["2026-07-01T13:40:00+02:00 b2", "2026-07-01T20:10:00+08:00 b1"]);
    });

    it("names an event that would leave the years that can be written", async () => {
      const json = await both([...day, created("o9", 3_000_000, phone(3))], {
        asOf: parseWhen("9999-12-31T00:00:00Z") ?? undefined,
      });
      expect(json.warnings).toContain("line 4: occurredAt: as of the wanted time, it is before 1970 or after 9999");
    });

    it("with a tag: every order has it, beside its own", async () => {
      const files = {
        "promo/campaign.yaml":
          "priority: 9\nmatch: { tags: [D11] }\nexclude: { tags: [vip] }\nsteps:\n  - { id: soon, at: { afterCreated: 5m }, channels: [sms] }\n",
        "promo/soon.sms.en.hbs": "{{total}}",
      };
      const lines = [
        created("o1", 0, phone(1)),
        event("u", "updated", 1, { id: "o1", tags: ["x"] }),
        created("o2", 0, phone(2), { tags: ["vip"] }),
      ];
      const json = await both(lines, { files, tags: ["d11"] });
      expect(json.sends.map(({ buyer, campaign }: Record<string, string>) => `${buyer} ${campaign}`)).toEqual([
        "b1 promo",
        "b2 default",
      ]);
    });

    it("with a scale: so many orders of other buyers, who are not all held out alike", async () => {
      const files = {
        "default/campaign.yaml":
          "holdout: 50%\nsteps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [chat, sms] }\n",
      };
      const json = await both([...day, day[0] ?? "", created("o3", 1, { phone: "+8613800000019", locale: "en" })], {
        scale: 20,
        files,
      });
      expect(json.orders).toBe(60);
      const rows = [...json.sends, ...json.skips].filter(({ reason }: Record<string, string>) => reason !== "paid");
      expect(new Set(rows.map(({ buyer }: Record<string, string>) => buyer)).size).toBe(rows.length);
      expect(new Set(rows.map(({ orders }: { orders: string[] }) => orders[0])).size).toBe(rows.length);
      expect(rows.map(({ buyer }: Record<string, string>) => buyer)).toContain("+86138****0019~20");
      const held = json.skipped.holdout;
      expect(held).toBeGreaterThan(5);
      expect(json.sends.length).toBeGreaterThan(5);
      expect(json.warnings).toEqual(
        expect.arrayContaining(["1 events repeat the id of an earlier event and were ignored"]),
      );
    });

    it("gives the same figures without rows", async () => {
      const { page } = await run(day, { scale: 3 });
      const bare = await run(day, { scale: 3, rows: false });
      expect(bare.page).toBe(page);
      expect(bare.json.sends).toEqual([]);
    });
  });

  it("warns of a missing text", async () => {
    const { json } = await run([created("a", 0, { id: "A", chat: { w: "w" }, locale: "fr" })]);
    expect(json.sends[0].text).toBe("acme：¥10.00");
    FILES.set("default/nudge.chat.es.hbs", FILES.get("default/nudge.chat.zh.hbs") ?? "");
    FILES.delete("default/nudge.chat.zh.hbs");
    const without = await run([created("a", 0, { id: "A", chat: { w: "w" }, locale: "fr" })]);
    expect(without.json.sends[0]).toMatchObject({ text: "", segments: 0 });
    expect(without.json.warnings).toEqual([
      "default/nudge has no template for chat in fr or a fallback locale: add nudge.chat.en.hbs (1 sends)",
    ]);
  });
});

it.each([
  [49_500_000, 2, "49.50"],
  [45_000, 2, "0.045"],
  [5_000_000, 0, "5"],
  [0, 2, "0.00"],
])("%s millionths with %s digits are %s", (micros, digits, text) => expect(decimal(micros, digits)).toBe(text));

it.each([
  [30 * MINUTE + 59_000, 30],
  [2 * DAY, 2_880],
  [2 * DAY + 90 * MINUTE, 2_940],
  [60 * DAY + HOUR, 86_400],
  [10_000 * DAY, 3_650 * 1_440],
])("a life of %s ms is told apart as %s minutes", (ms, minutes) => expect(lifeOf(ms)).toBe(minutes));
