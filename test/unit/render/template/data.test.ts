import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanText, cleanUrl, cut } from "../../../../src/render/template/clean.ts";
import {
  buildTemplateData,
  formatLocale,
  type TemplateFacts,
  type TemplateOrderFacts,
} from "../../../../src/render/template/data.ts";
import { compileTemplate } from "../../../../src/render/template/engine.ts";
import { formatDate, formatSpan } from "../../../../src/render/template/format.ts";
import { SAMPLE_FACTS } from "../../../../src/render/template/sample.ts";

const NOW = SAMPLE_FACTS.now;
const MINUTE = 60_000;
const [ORDER] = SAMPLE_FACTS.orders as [TemplateOrderFacts];
const facts = (change: Partial<TemplateFacts> = {}): TemplateFacts => ({ ...SAMPLE_FACTS, ...change });
const order = (change: Partial<TemplateOrderFacts>): TemplateOrderFacts => ({ ...ORDER, ...change });
const buyer = (change: Partial<TemplateFacts["buyer"]>) => ({ ...SAMPLE_FACTS.buyer, ...change });
/** The output of a template. */
const print = (template: string, input: TemplateFacts) => {
  const compiled = compileTemplate(template);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const result = compiled.template.render(buildTemplateData(input));
  return result.ok ? result.text : `! ${result.message.split(":")[0]}`;
};

describe("money in a text that mainland carriers review", () => {
  const plain = (locale: string, currency: string, template = "{{total}}", amount = 12_900) =>
    print(template, facts({ locale, orders: [order({ currency, amount })], plainMoney: true }));

  it.each([
    ["zh-CN", "CNY", "129.00元"],
    ["zh", "EUR", "129.00欧元"],
    ["zh-CN", "USD", "129.00美元"],
    ["zh-CN", "JPY", "12,900日元"],
    ["zh-CN", "HKD", "129.00港元"],
    ["zh-TW", "CNY", "129.00 人民幣"],
    ["zh-TW", "TWD", "$129.00"],
    ["en", "CNY", "CNY 129.00"],
    ["en", "USD", "$129.00"],
    ["es", "EUR", "129,00 EUR"],
  ])("is written in words: %s %s", (locale, currency, text) => {
    expect(plain(locale, currency)).toBe(text);
  });

  it("is the same by every way to print it", () => {
    expect(plain("zh-CN", "CNY", "{{money order.amount}} {{money items.[0].price}} {{money '9.90' 'CNY'}}")).toBe(
      "129.00元 129.00元 9.90元",
    );
    expect(plain("zh-CN", "CNY", "{{default total 'x'}} {{truncate total 20}}")).toBe("129.00元 129.00元");
  });

  it("has nothing but digits, dots, commas and characters that each provider takes, whatever the currency", () => {
    for (const currency of Intl.supportedValuesOf("currency"))
      expect(plain("zh-CN", currency)).toMatch(/^[\d.,]+[\p{Script=Han}a-z\d ()-]+$/iu);
    for (const currency of Intl.supportedValuesOf("currency")) expect(plain("en", currency)).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe("values", () => {
  it("are those of the contract", () => {
    const { values } = buildTemplateData(facts());
    expect(Object.keys(values).sort()).toEqual([
      "buyer",
      "campaign",
      "closesAt",
      "count",
      "items",
      "order",
      "orders",
      "payUrl",
      "shop",
      "step",
      "timeLeft",
      "total",
    ]);
    expect(values).toMatchObject({ shop: "acme", count: 1, campaign: "default", step: "nudge", payUrl: ORDER.payUrl });
  });

  it("are absent when the facts are", () => {
    const bare = order({
      closesAt: null,
      payUrl: null,
      note: null,
      items: [{ sku: null, title: null, quantity: null, price: null }],
    });
    const { values } = buildTemplateData(
      facts({ buyer: { name: null, tier: null, locale: null, timeZone: null }, orders: [bare] }),
    );
    expect(values.buyer).toEqual({});
    expect(values.items).toEqual([{}]);
    for (const key of ["closesAt", "timeLeft", "payUrl"]) expect(Object.hasOwn(values, key)).toBe(false);
    for (const key of ["closesAt", "payUrl", "note"]) expect(Object.hasOwn(values.order, key)).toBe(false);
  });

  it("are in creation order, however they are given", () => {
    const orders = [
      order({ id: "3", createdAt: NOW, payUrl: "https://s/3", closesAt: NOW + 5 * MINUTE }),
      order({ id: "9", createdAt: NOW - 9, payUrl: null, closesAt: null }),
      order({ id: "1", createdAt: NOW - 9, payUrl: "https://s/1", closesAt: NOW + 9 * MINUTE }),
    ];
    expect(print("{{list orders}} {{payUrl}} {{timeLeft}}", facts({ orders }))).toBe(
      "1, 9, and 3 https://s/1 5 minutes",
    );
    expect(print("{{payUrl}}", facts({ orders: orders.slice(0, 2) }))).toBe("! payUrl is missing");
  });

  it("need at least one order", () => {
    expect(() => buildTemplateData(facts({ orders: [] }))).toThrow("at least one order");
  });
});

describe("money", () => {
  it.each([
    ["zh-CN", "CNY", 12_900, "¥129.00"],
    ["en", "USD", 129_999_00, "$129,999.00"],
    ["en", "CNY", 12_900, "CN¥129.00"],
    ["es", "EUR", 12_900, "129,00 €"],
    ["en", "JPY", 12_900, "¥12,900"],
    ["en", "KWD", 12_900, "KWD 12.900"],
  ])("in %s: %s %d → %s", (locale, currency, amount, text) => {
    const input = facts({ locale, buyer: buyer({ locale }), orders: [order({ amount, currency })] });
    expect(print("{{total}}", input)).toBe(text);
    expect(print("{{money total}}|{{money order.amount}}", input)).toBe(`${text}|${text}`);
  });

  it("is summed by currency, and several currencies are listed", () => {
    const orders = [
      order({ amount: 100 }),
      order({ id: "9", amount: 250 }),
      order({ id: "99", amount: 999, currency: "USD" }),
    ];
    expect(print("{{total}}", facts({ orders }))).toBe("CN¥3.50 and $9.99");
    expect(print("{{total}}", facts({ orders, locale: "zh-CN", buyer: buyer({ locale: null }) }))).toBe(
      "¥3.50和US$9.99",
    );
  });

  it("prints an order's bare amount as in an event", () => {
    expect(print("{{order.amount}} {{order.currency}}", facts())).toBe("129.00 CNY");
  });
});

describe("times", () => {
  it("are on the buyer's clock, else the shop's; an unknown zone is ignored", () => {
    const closing = (timeZone: string | null) => print("{{closesAt}}", facts({ buyer: buyer({ timeZone }) }));
    expect(closing("Europe/Madrid")).toBe("1:30 PM");
    expect(closing(null)).toBe("8:30 PM");
    expect(closing("Mars/Olympus")).toBe("8:30 PM");
  });

  it.each([
    ["en", 28 * MINUTE, "8:30 PM"],
    ["zh-CN", 28 * MINUTE, "20:30"],
    ["zh-CN", 24 * 60 * MINUTE, "11月11日 20:02"],
    ["en", 24 * 60 * MINUTE, "Nov 11, 8:02 PM"],
    ["es", 4 * 60 * MINUTE, "11 nov, 0:02"],
  ])("in %s after %d ms: %s", (locale, after, text) => {
    const input = facts({ locale, buyer: buyer({ locale }), orders: [order({ closesAt: NOW + after })] });
    expect(print("{{closesAt}}", input)).toBe(text);
  });

  it("compare days by the clock of the zone, across its changes", () => {
    const at = Date.parse("2026-10-25T00:30:00Z");
    const receive = (ms: number) => formatDate(ms, null, "en", "Europe/Madrid", at);
    expect(receive(Date.parse("2026-10-25T22:59:00Z"))).toBe("11:59 PM");
    expect(receive(Date.parse("2026-10-25T23:00:00Z"))).toBe("Oct 26, 12:00 AM");
  });
});

describe("durations", () => {
  it.each([
    ["zh-CN", 28 * 60, "28分钟"],
    ["en", 28 * 60 + 59, "28 minutes"],
    ["es", 60, "1 minuto"],
    ["en", 88 * 60, "1 hour 28 minutes"],
    ["zh-CN", 88 * 60, "1小时28分钟"],
    ["en", 3600, "1 hour"],
    ["en", 26 * 3600 + 59 * 60, "1 day 2 hours"],
    ["en", 59, "59 seconds"],
    ["en", 0, "0 seconds"],
    ["en", -5, "0 seconds"],
  ])("in %s: %d s → %s", (locale, seconds, text) => {
    expect(formatSpan(seconds * 1000, locale)).toBe(text);
  });
});

it.each([
  ["en", "en-GB", "en-GB"],
  ["en", "en_GB", "en-GB"],
  ["en", "fr-FR", "en"],
  ["zh-CN", "zh-TW", "zh-CN"],
  ["zh", "zh-TW", "zh"],
  ["zh", "zh-CN", "zh-CN"],
  ["en", "en-GB-u-nu-arab", "en-GB"],
  ["en", "not a locale", "en"],
  ["en", null, "en"],
])("a text in %s for a buyer of %s is formatted as %s", (text, theirs, expected) => {
  expect(formatLocale(text, theirs)).toBe(expected);
});

it("uses no space that would force UCS-2 on an SMS", () => {
  for (const locale of ["en", "es", "fr", "de"]) {
    const input = facts({ locale, buyer: buyer({ locale }), orders: [order({ currency: "EUR", amount: 1_234_567 })] });
    expect(print('{{total}} {{date closesAt "datetime"}} {{timeLeft}}', input)).not.toMatch(/[\u00a0\u2009\u202f]/);
  }
});

describe("text that buyers write", () => {
  it.each([
    ["李雷", "李雷"],
    ["Ann-Marie O'Neil (VIP)", "Ann-Marie O'Neil (VIP)"],
    ["  a \n\t b  ", "a b"],
    ["a\u202eb\u200bc\u0007d", "abcd"],
    ["Ann http://evil.example/x?y now", "Ann now"],
    ["Ann HTTPS://EVIL.EXAMPLE", "Ann"],
    ["www.evil.example Ann", "Ann"],
    ["evil.com", ""],
    ["Ann evil.com/pay", "Ann"],
    ["bit.ly/abc Ann", "Ann"],
    ["点evil.com点", "点点"],
    ["ev\u200bil.com", ""],
    ["evil．com", ""],
    ["weixin://dl/x Ann", "Ann"],
    ["Size 3.5 v1.2", "Size 3.5 v1.2"],
    ["Dr. Smith", "Dr. Smith"],
    ["St.John", "St.John"],
    ["付款.中国 李雷", "李雷"],
    ["evil.xn--fiqs8s Ann", "Ann"],
    ["10.0.0.1/pay Ann", "Ann"],
    ["evil.ai", ""],
    ["【银行】李雷", "银行李雷"],
    ["evil【】.com", ""],
    ["\ud800x", "x"],
    ["👨‍👩‍👧 Ann", "👨‍👩‍👧 Ann"],
    ["👩🏽‍🚀🏳️‍🌈❤️‍🔥👁️‍🗨️🏴‍☠️", "👩🏽‍🚀🏳️‍🌈❤️‍🔥👁️‍🗨️🏴‍☠️"],
    ["👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"],
    ["👩🏽‍❤️‍💋‍👨🏿", "👩🏽‍❤️‍💋‍👨🏿"],
    [Array(6).fill("👨").join("\u200d"), "👨‍👨‍👨‍👨👨‍👨"],
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["خانهٔ\u200cما", "خانهٔ\u200cما"],
    ["क्\u200dष क्\u200cष", "क्\u200dष क्\u200cष"],
    ["സാന്\u200d", "സാന്\u200d"],
    ["ශ්\u200dරී", "ශ්\u200dරී"],
    ["র\u200d্যাব", "র\u200d্যাব"],
    ["A\u200dn\u200cn\u200d", "Ann"],
    ["李\u200d雷\u200c", "李雷"],
    ["\u200d👨\u200d", "👨"],
    ["👨\u200d\u200d👩", "👨👩"],
    ["👨\u200dAnn", "👨Ann"],
    ["👨\u200b👩\u2060\ufeff", "👨👩"],
    ["می\u200c\u202eخ", "میخ"],
    ["می\u200c", "می"],
    ["م\u200d\u200cی", "می"],
    ["क\u200dष क\u200cष क्\u200c", "कष कष क्"],
    ["e\u200dvil.c\u200com", ""],
    ["م\u200cخ.中国", ""],
  ])("%j → %j", (text, cleaned) => {
    expect(cleanText(text, 60)).toBe(cleaned);
  });

  it("never has a control or bidi character, a line break, a link or too many characters, and is stable", () => {
    const bits = fc.constantFrom(
      "http://",
      "www.",
      "a.com",
      ".",
      "/",
      "\u202e",
      "\n",
      " ",
      "李",
      "x",
      "😀",
      "[",
      "\u200d",
      "\u200c",
      "👨\u200d👩",
      "می\u200cخ",
      "क्\u200d",
      "中国",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(bits, fc.string({ unit: "binary", maxLength: 5 }))), (parts) => {
        const text = cleanText(parts.join(""), 30);
        const joined =
          /(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})|(?<=\p{Script=Arabic}\p{M}*)\u200c(?=\p{Script=Arabic})|(?<=[\u0900-\u0dff])[\u200c\u200d]/gu;
        expect(text.replace(joined, "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]|https?:\/\/|www\.\S| {2}|^ | $/u);
        expect([...new Intl.Segmenter("en").segment(text)].length).toBeLessThanOrEqual(30);
        expect(cleanText(text, 30)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it("does not leave a host name by cutting", () => {
    expect(cleanText("Ann evil.community", 12)).toBe("Ann");
  });

  it("is fast on text that is made to be slow", () => {
    const started = performance.now();
    for (const text of [
      "a.".repeat(5_000),
      "a-".repeat(5_000),
      `${"a".repeat(10_000)}.`,
      " a".repeat(5_000),
      "http:".repeat(2_000),
      "👨\u200d".repeat(5_000),
      "क्\u200d\u200c".repeat(5_000),
      "م\u200c".repeat(5_000),
      "\u200d\u200b".repeat(5_000),
    ])
      cleanText(text, 100);
    expect(performance.now() - started).toBeLessThan(200);
  });

  it("strips invisible characters from the shop's ids too, and nothing else", () => {
    expect(print("{{order.id}}", facts({ orders: [order({ id: "a.com\u202e\u00077" })] }))).toBe("a.com7");
  });

  it("marks a title that is cut, within the limit, and no other", () => {
    const title = (text: string) => {
      const items = [{ sku: null, title: text, quantity: null, price: null }];
      return buildTemplateData(facts({ orders: [order({ items })] })).values.items[0]?.title;
    };
    expect(title("羽".repeat(100))).toBe("羽".repeat(100));
    expect(title("羽".repeat(101))).toBe(`${"羽".repeat(99)}…`);
    expect(title(`${"x".repeat(98)} yz`)).toBe(`${"x".repeat(98)}…`);
    expect(title("👨‍👩‍👧".repeat(100))).toBe("👨‍👩‍👧".repeat(100));
    expect(title("👨‍👩‍👧".repeat(101))).toBe(`${"👨‍👩‍👧".repeat(99)}…`);
    expect(title(`${"é".repeat(90)} evil.community`)).toBe(`${"é".repeat(90)}…`);
    expect(title(`${"x".repeat(60)}.${"y".repeat(34)}.community`)).toBeUndefined();
    expect(title("x".repeat(5_000))).toBe(`${"x".repeat(99)}…`);
    expect(print("{{buyer.name}}", facts({ buyer: buyer({ name: "名".repeat(60) }) }))).toBe("名".repeat(40));
  });

  it("does not cut a character in two", () => {
    expect(cut("👨‍👩‍👧e\u0301x", 2)).toBe("👨‍👩‍👧e\u0301");
    expect(cut("羽绒服短款", 3)).toBe("羽绒服");
  });

  it.each([
    [" https://s.example/p ", "https://s.example/p"],
    ["weixin://dl/pay", "weixin://dl/pay"],
    ["javascript:alert(1)", null],
    ["javascript://%0aalert(1)", null],
    ["s.example/p", null],
    ["https://s/ x", null],
    ["https://s/\u202ex", null],
  ])("pay link %j → %j", (url, cleaned) => {
    expect(cleanUrl(url)).toBe(cleaned);
  });
});

describe("the names that people know", () => {
  const shop = { ...SAMPLE_FACTS.shop, name: "Ana’s Shop" };

  it("are those of the shop and the order; without one the id", () => {
    expect(print("{{shop}} {{order.number}}", facts({ shop }))).toBe("Ana’s Shop #1006");
    const plain = facts({ orders: [order({ number: null, id: "77" })] });
    expect(print("{{shop}} {{order.number}} {{orders.[0].number}}", plain)).toBe("acme 77 77");
  });

  it("hold no link and nothing unseen", () => {
    const orders = [order({ number: "#10\u200b06 evil.com/x" })];
    expect(print("{{shop}} {{order.number}}", facts({ shop: { ...shop, name: "www.x.com" }, orders }))).toBe(
      "acme #1006",
    );
  });
});
