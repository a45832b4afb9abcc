/** Generated campaigns for the test that compares how messages are made: texts, front matter, buyers and orders of every kind. */
import fc from "fast-check";
import { MINUTE } from "../../../src/core/values/duration.ts";
import type { ShopPolicy } from "../../../src/core/values/policy.ts";
import type { MessageChannel } from "../../../src/render/message.ts";
import { shopPolicy } from "../rules.ts";

const price = (micros: number) => ({ micros, currency: "CNY" });
/** Each provider that reads a section of the front matter, and one that reads whichever there is. */
export const CHANNELS: readonly (MessageChannel & { readonly fallback: string | null })[] = [
  { name: "sms", provider: "aliyun-sms", contacts: ["phone"], cost: price(45_000), fallback: "hook" },
  { name: "sms-tx", provider: "tencent-sms", contacts: ["phone"], cost: price(38_500), fallback: null },
  {
    name: "sms-tw",
    provider: "twilio-sms",
    contacts: ["phone"],
    cost: { micros: 7_900, currency: "USD" },
    fallback: null,
  },
  { name: "hook", provider: "webhook", contacts: ["phone"], cost: null, fallback: null },
  { name: "chat", provider: "wechat", contacts: ["chat"], cost: price(10_000), fallback: null },
  { name: "chat-free", provider: "webhook", contacts: ["chat"], cost: null, fallback: null },
];
const NAMES = CHANNELS.map(({ name }) => name);

/** Some fail where the buyer or the order lacks what they name. */
const PIECES = [
  "{{total}}",
  "{{buyer.name}}",
  '{{default buyer.name "there"}}',
  '{{count}} {{plural count "order" "orders"}} {{list orders}}',
  "{{#each orders}}{{id}} {{money amount}}; {{/each}}",
  "{{#if payUrl}}{{payUrl}}{{/if}}",
  "{{payUrl}}",
  '{{default timeLeft "soon"}}',
  "{{#if closesAt}}{{date closesAt}}{{/if}}",
  '{{list items "title" 2}}',
  "待付款，请尽快支付。",
  "Please pay “soon”.",
  "🧥 €{}",
  "a".repeat(70),
  "单".repeat(33),
];
const PARAMS = [
  "{{total}}",
  "{{order.id}}",
  '{{default buyer.name "-"}}',
  "{{buyer.name}}",
  "{{#if payUrl}}1{{else}}0{{/if}}",
];

const labels = fc.option(fc.constantFrom("晴雨", "Acme Store", "A"), { freq: 3 });
const params = fc.subarray(PARAMS);
const templateArb = fc.record({
  pieces: fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4, size: "max" }),
  sections: fc.subarray(["aliyun", "tencent", "twilio", "whatsapp", "wechat"] as const),
  signName: labels,
  params,
});
type TemplateShape = typeof templateArb extends fc.Arbitrary<infer T> ? T : never;

const orderArb = fc.record({
  amount: fc.constantFrom("129.00", "9.90", "12345.67"),
  currency: fc.constantFrom("CNY", "CNY", "USD", "EUR"),
  closes: fc.option(fc.integer({ min: 25, max: 300 })),
  payUrl: fc.option(fc.constantFrom("https://s.example/p/1", "https://s.example/p/2?a=b", "javascript:1")),
  items: fc.option(fc.constantFrom([{ title: "羽绒服" }], [{ title: "Cap", price: "9.90" }, { title: "Hat" }])),
});

export const shapeArb = fc.record({
  channels: fc.shuffledSubarray(NAMES, { minLength: 1, maxLength: 3 }),
  variants: fc.boolean(),
  locales: fc.subarray(["zh-CN", "zh", "es"]),
  texts: fc.array(templateArb, { minLength: 4, maxLength: 4 }),
  shopLocale: fc.constantFrom("zh-CN", "en", "es"),
  name: fc.option(fc.constantFrom("李雷", "Ann", "Maximiliana Featherstonehaugh-Chumleigh", "http://evil.example")),
  locale: fc.option(fc.constantFrom("zh-CN", "zh_TW", "en-GB", "es-MX", "fr")),
  phone: fc.option(fc.constantFrom("+8613812345678", "+34600123456", "+12015550123"), { freq: 4 }),
  chat: fc.boolean(),
  orders: fc.array(orderArb, { minLength: 1, maxLength: 3 }),
});
export type Shape = typeof shapeArb extends fc.Arbitrary<infer T> ? T : never;

export type MessageScenario = {
  readonly shop: ShopPolicy;
  /** By path. */
  readonly files: ReadonlyMap<string, string>;
  readonly events: readonly { readonly at: number; readonly event: unknown }[];
};

/** The shape as a shop and a campaign of its own. */
export function scenarioOf(shape: Shape, name: string, start: number): MessageScenario {
  return {
    shop: shopPolicy({ id: name, locale: shape.shopLocale }),
    files: filesOf(shape, name),
    events: shape.orders.map((order, index) => {
      const at = start + index * MINUTE;
      const instant = (ms: number) => new Date(ms).toISOString();
      return {
        at,
        event: {
          id: `e${index}`,
          type: "order.created",
          occurredAt: instant(at),
          shop: name,
          order: {
            id: `${name}-o${index}`,
            amount: order.amount,
            currency: order.currency,
            createdAt: instant(at),
            ...(order.closes === null ? {} : { closesAt: instant(at + order.closes * MINUTE) }),
            ...(order.payUrl === null ? {} : { payUrl: order.payUrl }),
            ...(order.items === null ? {} : { items: order.items }),
            buyer: {
              id: "b",
              ...(shape.name === null ? {} : { name: shape.name }),
              ...(shape.locale === null ? {} : { locale: shape.locale }),
              ...(shape.phone === null ? {} : { phone: shape.phone }),
              ...(shape.chat ? { chat: { wechat: `wx-${name}` } } : {}),
            },
          },
        },
      };
    }),
  };
}

function filesOf({ channels, variants, locales, texts }: Shape, name: string): Map<string, string> {
  const files = new Map<string, string>();
  const step = `{ id: nudge, at: { afterCreated: 10m }, channels: [${channels.join(", ")}] }`;
  const split = variants ? "variants: { a: 1, b: 1 }\n" : "";
  files.set(`${name}/campaign.yaml`, `match: { shops: [${name}] }\nsteps:\n  - ${step}\n${split}`);
  let next = 0;
  for (const channel of channels)
    for (const locale of ["en", ...locales])
      for (const variant of variants && locale === "en" ? ["", "a."] : [""]) {
        const text = texts[next++ % texts.length];
        if (text !== undefined) files.set(`${name}/nudge.${variant}${channel}.${locale}.hbs`, sourceOf(text));
      }
  return files;
}

function sourceOf({ pieces, sections, signName, params }: TemplateShape): string {
  const sign = signName === null ? "" : `signName: ${signName}, `;
  const list = `[${params.map((param) => JSON.stringify(param)).join(", ")}]`;
  const map = `{${params.map((param, index) => `p${index}: ${JSON.stringify(param)}`).join(", ")}}`;
  const written = {
    aliyun: `aliyun: { ${sign}templateCode: SMS_1, params: ${map} }`,
    tencent: `tencent: { ${sign}templateId: 7, params: ${list} }`,
    twilio: `twilio: { contentSid: HX1, params: ${list} }`,
    whatsapp: `whatsapp: { name: nudge, language: en, params: ${list} }`,
    wechat: `wechat: { templateId: T1, params: ${map} }`,
  };
  const front = sections.map((section) => `${written[section]}\n`).join("");
  return `${front === "" ? "" : `---\n${front}---\n`}${pieces.join(" ")}`;
}
