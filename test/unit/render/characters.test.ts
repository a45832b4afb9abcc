/** Characters that cost money in an SMS: replaced where they stand in data, warned of where they stand in a text. */
import { describe, expect, it } from "vitest";
import { parseTemplate } from "../../../src/render/catalog/template-file.ts";
import { adviseText } from "../../../src/render/catalog/text-advice.ts";
import { type MessageChannel, makeMessage } from "../../../src/render/message.ts";
import { costlyCharacters } from "../../../src/render/plain-characters.ts";
import { isGsm7 } from "../../../src/render/segments.ts";
import { buildTemplateData, type TemplateFacts } from "../../../src/render/template/data.ts";
import { sampleFacts } from "../../../src/render/template/sample.ts";

const SMS: MessageChannel = { name: "sms", provider: "console", contacts: ["phone"], cost: null };
const CHAT: MessageChannel = { ...SMS, name: "chat", contacts: ["chat"] };

function templateOf(source: string, locale = "en") {
  const parsed = parseTemplate({ campaign: "c", step: "s", variant: null, channel: "sms", locale }, source);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.template;
}
function make(
  source: string,
  change: Partial<TemplateFacts["buyer"]>,
  channel = SMS,
  to = "+34600000000",
  title = "Pen",
) {
  const sample = sampleFacts("en");
  const orders = sample.orders.map((order) => ({ ...order, items: order.items.map((item) => ({ ...item, title })) }));
  const facts = { ...sample, buyer: { ...sample.buyer, ...change }, orders };
  const made = makeMessage(templateOf(source), buildTemplateData(facts), channel, to);
  if (!made.ok) throw new Error(made.message);
  return { text: made.text, encoding: made.encoding };
}
const GREETING = '{{default buyer.name "there"}}: {{items.[0].title}}';

describe("a character that alone would double the price", () => {
  it.each([
    ["O’Brien", "O'Brien: Pen"],
    ["O‘Brien", "O'Brien: Pen"],
    ["O´Brien", "O'Brien: Pen"],
    ["O`Brien", "O'Brien: Pen"],
    ["Ana\u00a0Maria", "Ana Maria: Pen"],
    ["Jean–Luc", "Jean-Luc: Pen"],
    ["Jose\u0301", "Jos\u00e9: Pen"],
    ["An\u200ca", "Ana: Pen"],
    ["“Tex” Avery", '"Tex" Avery: Pen'],
  ])("is replaced in the name %j", (name, text) => {
    expect(make(GREETING, { name })).toEqual({ text, encoding: "GSM-7" });
  });

  it("is replaced in the title of an item", () => {
    const title = "Women’s 10×15 “Pen” – blue…";
    expect(make(GREETING, { name: "Ana" }, SMS, "+34600000000", title)).toEqual({
      text: `Ana: Women's 10x15 "Pen" - blue...`,
      encoding: "GSM-7",
    });
  });

  it.each([
    ["a letter keeps the SMS from GSM-7", GREETING, { name: "O’Brien Mária" }, "O’Brien Mária: Pen"],
    ["the text itself has one", "Don’t wait, {{buyer.name}}", { name: "O’Brien" }, "Don’t wait, O’Brien"],
  ])("stays in the data where %s", (_, source, change, text) => {
    expect(make(source, change)).toEqual({ text, encoding: "UCS-2" });
  });

  it("stays where it costs nothing: in chats, and to mainland numbers", () => {
    expect(make(GREETING, { name: "O’Brien" }, CHAT).text).toBe("O’Brien: Pen");
    expect(make(GREETING, { name: "O’Brien" }, SMS, "+8613812345678").text).toBe("O’Brien: Pen");
  });

  it("stays in a link", () => {
    const sample = sampleFacts("en");
    const orders = sample.orders.map((order) => ({ ...order, payUrl: "https://pay.example/o’1" }));
    const data = buildTemplateData({ ...sample, buyer: { ...sample.buyer, name: "O’Brien" }, orders });
    expect(makeMessage(templateOf("{{buyer.name}} {{payUrl}}"), data, SMS, "")).toMatchObject({
      text: "O’Brien https://pay.example/o’1",
      encoding: "UCS-2",
    });
  });

  it("does not come from an amount: Swiss ones have a curly apostrophe", () => {
    const sample = sampleFacts("de-CH");
    const orders = sample.orders.map((order) => ({ ...order, amount: 123_450, currency: "CHF" }));
    const made = makeMessage(templateOf("{{total}}", "de-CH"), buildTemplateData({ ...sample, orders }), SMS, "");
    expect(made).toMatchObject({ text: "CHF 1'234.50", encoding: "GSM-7" });
  });
});

it("a text that was written with decomposed letters is composed", () => {
  expect(make("Jose\u0301, {{order.id}}", {})).toEqual({ text: "Jos\u00e9, 2233445566", encoding: "GSM-7" });
});

it.each(["-", "NULL", "undefined undefined", "test", "123", "***"])("the name %j gives way to the fallback", (name) => {
  expect(make(GREETING, { name }).text).toBe("there: Pen");
});

describe("the advice about such a character in a text", () => {
  const advice = (source: string, locale = "en", contact: MessageChannel["contacts"][number] = "phone") =>
    [...adviseText(templateOf(`---\ncategory: notice\n---\n${source}`, locale), { ...SMS, contacts: [contact] })]
      .filter(({ code }) => code === "costly_character")
      .map(({ line, message }) => `${line} ${message}`);
  const COST = "makes this SMS UCS-2, 70 characters a segment instead of 160";

  it.each([
    ["Hello\nDon’t forget", [`5 ’ (U+2019) ${COST}: write '`]],
    ["Your\u00a0order", [`4 the unseen character U+00A0 ${COST}: write a plain space`]],
    ["Your order\u200c waits", [`4 the unseen character U+200C ${COST}: remove it`]],
    [
      "“Now” – {{total}}…",
      [
        `4 “ (U+201C) ${COST}: write "`,
        `4 ” (U+201D) ${COST}: write "`,
        `4 – (U+2013) ${COST}: write -`,
        `4 … (U+2026) ${COST}: write ...`,
      ],
    ],
    ['{{default buyer.name "friend’s"}}', [`4 ’ (U+2019) ${COST}: write '`]],
  ])("names it, its line and the remedy: %j", (source, expected) => {
    expect(advice(source)).toEqual(expected);
  });

  it("judges a text by itself, whatever letters the names of its language have", () => {
    expect(advice("{{buyer.name}}: no lo olvides, “{{total}}”", "es")).toHaveLength(2);
  });

  it("names a letter that GSM-7 lacks, its cost in segments and its spelling, and does not blame long names", () => {
    const text = (word: string) =>
      `{{shop}}: su pedido de {{total}} ${word} pendiente{{#if closesAt}} hasta {{closesAt}}{{/if}}. {{#if payUrl}}{{payUrl}} {{/if}}BAJA para no recibir avisos`;
    const said = (word: string) =>
      [...adviseText(templateOf(text(word), "es"), SMS)].map(({ code, message }) => `${code}: ${message}`);
    expect(said("está")).toEqual([
      "costly_character: á (U+00E1) makes this SMS UCS-2, 70 characters a segment instead of 160, 3 segments instead of 1: write a",
    ]);
    expect(said("esta")).toEqual([]);
    // é and ñ are in GSM-7.
    expect(said("año café")).toEqual([]);
  });

  it.each([
    ["Su artículo está aquí", "es", ["í", "á"], ["i", "a"]],
    ["Não há opções", "pt", ["ã", "á", "ç", "õ"], ["a", "a", "c", "o"]],
    ["nº 1 cœur", "fr", ["º", "œ"], ["o", "oe"]],
    ["Łódź", "pl", ["Ł", "ó", "ź"], ["L", "o", "z"]],
  ])("spells the letters of %j", (source, locale, letters, spelled) => {
    const all = advice(source, locale);
    expect(all.map((said) => said.slice(2, said.indexOf(" (U+")))).toEqual(letters);
    expect(all.map((said) => said.slice(said.lastIndexOf(" ") + 1))).toEqual(spelled);
  });

  it("blames the letters of names only where the text has none", () => {
    const text = "Hola {{buyer.name}}: su pedido de {{total}} sigue pendiente. {{payUrl}} BAJA";
    expect([...adviseText(templateOf(text, "es"), SMS)].map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "long: may take 3 segments if a name or title has a letter like í (U+00ED), which GSM-7 lacks: leave names and titles out of the SMS, or shorten it",
    ]);
  });

  it("is not given where it would change nothing", () => {
    expect(advice("Ваш заказ “ждёт”", "ru")).toEqual([]);
    expect(advice("您的订单“{{order.id}}”待付款", "zh-CN")).toEqual([]);
    expect(advice("您的訂單“{{order.id}}”待付款", "zh-TW")).toEqual([]);
    expect(advice("Don’t forget", "en", "chat")).toEqual([]);
    expect(advice("{{!-- don’t --}}Your order waits")).toEqual([]);
    expect(advice("Don't forget: {{order.id}} - {{total}}")).toEqual([]);
  });
});

it("every character that is replaced becomes one that GSM-7 has", () => {
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join("");
  const costly = costlyCharacters(all);
  expect(costly.size).toBeGreaterThan(60);
  expect(isGsm7([...costly.values()].join(""))).toBe(true);
  expect([...costly.keys()].filter((character) => isGsm7(character))).toEqual([]);
});
