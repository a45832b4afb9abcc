/** The campaigns that are shipped: they read well, fit, match what they are for, and were rehearsed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import { contactsOf } from "../../../../src/providers/all.ts";
import { rehearse } from "../../../../src/rehearsal/rehearse.ts";
import { outcomeOf } from "../../../../src/rehearsal/result/outcome.ts";
import { jsonPieces } from "../../../../src/rehearsal/rows/json.ts";
import { loadCatalog } from "../../../../src/render/catalog/catalog.ts";
import { readCatalogFiles } from "../../../../src/render/catalog/catalog-files.ts";
import { messageData } from "../../../../src/render/message.ts";
import { countSegments } from "../../../../src/render/segments.ts";
import { bareFacts, longFacts, SAMPLE_URL, sampleFacts } from "../../../../src/render/template/sample.ts";
import { PLAIN } from "../../../support/rehearsal.ts";
import { shopPolicy, T0 } from "../../../support/rules.ts";

const DIR = new URL("../../../../templates", import.meta.url).pathname;
const KEYS = ["big-sale", "default", "flash-sale", "presale-balance"];
const BOTH = ["sms", "chat"];
const result = loadCatalog(DIR, { channels: BOTH, shopLocales: ["zh-CN", "en", "es", "fr"], closeAfters: [72 * HOUR] });
if (!result.ok) throw new Error(result.faults.join("\n"));
const { catalog, warnings } = result;

it("load without a warning, also where only one of their channels is configured", () => {
  expect(warnings).toEqual([]);
  expect(catalog.campaigns.map(({ key }) => key)).toEqual(KEYS);
  for (const channel of BOTH) expect(loadCatalog(DIR, { channels: [channel] }).ok).toBe(true);
});

it("have texts of their own in Chinese, English and Spanish, for SMS and chat", () => {
  const expected = catalog.campaigns.flatMap(({ key, steps }) =>
    steps.flatMap(({ id }) =>
      BOTH.flatMap((channel) => ["zh-CN", "en", "es"].map((locale) => `${key}/${id}.${channel}.${locale}`)),
    ),
  );
  expect(catalog.templates.map(({ id }) => id).sort()).toEqual(expected.sort());
});

const buyers: Record<string, { to: string; optOut: RegExp }> = {
  "zh-CN": { to: "+8613812345678", optOut: /回复R/ },
  en: { to: "+15551234567", optOut: /STOP/ },
  es: { to: "+34600000000", optOut: /BAJA/ },
};
/** A last call is never a day early. */
const closings = (step: string) => (step === "last-call" ? [null, 20, 600] : [null, 20, 24 * 60]);
const cases = catalog.templates.flatMap((template) =>
  closings(template.step).map((minutes) => ({ template, minutes })),
);

it.each(cases)("$template.id closing in $minutes min reads well and fits", ({ template, minutes }) => {
  const { to, optOut } = buyers[template.locale] ?? { to: "", optOut: /never/ };
  for (const facts of [sampleFacts, bareFacts, longFacts]) {
    const made = facts(template.locale);
    const closesAt = minutes === null ? null : made.now + minutes * MINUTE;
    const orders = made.orders.map((order) => ({ ...order, closesAt }));
    const channel = { name: template.channel, provider: "console", contacts: contactsOf(template.channel, "console") };
    const data = messageData({ ...made, orders }, channel);
    const rendered = template.render(data);
    const text = rendered.ok ? rendered.text : rendered.message;
    expect(rendered.ok, text).toBe(true);
    expect(text).toMatch(facts === longFacts ? /37[.,]037[.,]01|37,037\.01/ : /129[.,]00/);
    expect(text).toMatch(optOut);
    expect(text).not.toMatch(/催|欠|逾期|[【】]| {2}|\n\n|null|undefined|[,.] [.,]/);
    if (template.channel !== "sms") continue;
    expect(text).not.toMatch(/¥/);
    expect(text).toMatch(template.locale === "zh-CN" ? /\d元/ : /[€$]/);
    expect(countSegments(text, to).segments, text).toBeLessThanOrEqual(2);
    // A short link of the shop's own makes it one segment.
    const short = text.replace(SAMPLE_URL, "https://s.acme.example/a1B");
    if (facts !== longFacts) expect(countSegments(short, to).segments, short).toBe(1);
  }
});

describe("rehearsed", () => {
  const at = (ms: number) => new Date(T0 + ms).toISOString();
  const created = (id: string, minutes: number, order: Record<string, unknown> = {}) => ({
    id: `${id}-c`,
    type: "order.created",
    occurredAt: at(minutes * MINUTE),
    shop: "acme",
    order: {
      id,
      amount: "129.00",
      currency: "CNY",
      createdAt: at(minutes * MINUTE),
      payUrl: "https://s.example/p/a1B2",
      buyer: { id: `b-${id}`, phone: "+8613812345678", name: "李雷", locale: "zh-CN" },
      items: [{ sku: "S1", title: "羽绒服", quantity: 1, price: "129.00" }],
      ...order,
    },
  });

  async function sends(...events: object[]) {
    const dir = mkdtempSync(join(tmpdir(), "dunlin-ready-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const file = join(dir, "events.ndjson");
    writeFileSync(file, events.map((event) => JSON.stringify(event)).join("\n"));
    const channels = BOTH.map((name) => ({
      name,
      contacts: [name === "sms" ? ("phone" as const) : ("chat" as const)],
      provider: "console",
      ratePerSecond: null,
      cost: null,
      fallback: null,
    }));
    const run = await rehearse({
      file,
      env: {
        files: readCatalogFiles(DIR).files,
        channels,
        from: null,
        ...PLAIN,
        shops: { listed: new Map(), other: shopPolicy({ closeAfter: DAY }) },
      },
      dir,
      threads: 1,
    });
    const outcome = outcomeOf(run.figures, { from: null, channels, warnings: [], campaigns: [] });
    const json = JSON.parse([...jsonPieces(outcome, run.sends, run.skips)].join(""));
    run.close();
    expect(json.warnings).toEqual([]);
    const rows = (list: { at: string; campaign: string; step: string; reason?: string; segments?: number }[]) =>
      list.map(({ at: when, campaign, step, reason, segments }) =>
        [(Date.parse(when) - T0) / MINUTE, `${campaign}/${step}`, reason ?? segments].join(" "),
      );
    return {
      sends: rows(json.sends),
      skips: rows(json.skips),
      texts: json.sends.map(({ text }: { text: string }) => text),
    };
  }

  it("the default takes what no other is for", async () => {
    expect((await sends(created("1", 0))).sends).toEqual(["10 default/nudge 1", "1410 default/last-call 1"]);
    expect((await sends(created("1", 0, { tags: ["sale", "flash"] }))).sends[0]).toBe("10 default/nudge 1");
  });

  it("the flash sale reminds twice within half an hour", async () => {
    const { sends: rows, texts } = await sends(created("1", 0, { tags: ["flash-sale"], closesAt: at(30 * MINUTE) }));
    expect(rows).toEqual(["5 flash-sale/nudge 1", "22 flash-sale/last-call 1"]);
    expect(texts[0]).toBe("您在acme抢到的商品已留货，订单129.00元还可保留25分钟。https://s.example/p/a1B2 拒收请回复R");
  });

  it("the flash sale of the evening is another one", async () => {
    const sale = (id: string, minutes: number) =>
      created(id, minutes, {
        tags: ["flash-sale"],
        closesAt: at((minutes + 30) * MINUTE),
        buyer: { id: "b", phone: "+8613812345678" },
      });
    expect((await sends(sale("1", 0), sale("2", 5 * 60))).sends.slice(0, 3)).toEqual([
      "5 flash-sale/nudge 1",
      "22 flash-sale/last-call 1",
      "305 flash-sale/nudge 1",
    ]);
  });

  it("the big sale reminds twice in a day, tagged by an item, and leaves one in twenty alone", async () => {
    const items = [{ sku: "S1", title: "羽绒服", quantity: 1, tags: ["big-sale"] }];
    const many = Array.from({ length: 400 }, (_, n) =>
      created(`${n}`, 0, { items, buyer: { id: `b${n}`, chat: { w: `w${n}` } } }),
    );
    const { sends: rows, skips } = await sends(...many);
    const held = skips.filter((row) => row.endsWith("holdout")).length / 2;
    expect(held).toBeGreaterThan(400 * 0.02);
    expect(held).toBeLessThan(400 * 0.09);
    expect([...new Set(rows)]).toEqual(["20 big-sale/nudge 1", "1320 big-sale/last-call 1"]);
    expect(rows).toHaveLength(2 * (400 - held));
  });

  it("the presale's balance waits for its window, and a big sale's presale is a presale", async () => {
    const presale = { depositPaid: true, balanceFrom: at(DAY), balanceTo: at(2 * DAY) };
    const { sends: rows } = await sends(created("1", 0, { tags: ["presale", "big-sale"], presale }));
    expect(rows).toEqual(["1470 presale-balance/opened 1", "2700 presale-balance/last-call 1"]);
  });
});
