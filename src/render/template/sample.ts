/**
 * Made-up data: with every variable there, which a template is tried with when it is saved and a preview shows; with everything
 * long; and with nothing there that can be absent.
 */
import { canonicalLocale } from "../../core/values/locale.ts";
import { buildTemplateData, type TemplateData, type TemplateFacts } from "./data.ts";

const NOW = Date.UTC(2026, 10, 10, 12, 2);
const MINUTE = 60_000;

/** As long as the links of payment pages often are, 71 characters: a shorter one would promise fewer segments than are billed. */
export const SAMPLE_URL = "https://pay.example.com/checkout/2233445566?key=3fK9xQ7mT2vB8nL4cR6wZ1p";

export const SAMPLE_FACTS: TemplateFacts = {
  shop: {
    id: "acme",
    name: null,
    timeZone: "Asia/Shanghai",
    locale: "en",
    currency: "CNY",
    closeAfter: null,
    quietHours: null,
    country: null,
    joinAtMost: 5,
    cashOnDelivery: [],
    chaseShipped: false,
  },
  buyer: { name: "Li Lei", tier: "gold", locale: "en", timeZone: null },
  orders: [
    {
      id: "2233445566",
      number: "#1006",
      amount: 12_900,
      currency: "CNY",
      createdAt: NOW - 10 * MINUTE,
      closesAt: NOW + 28 * MINUTE,
      payUrl: SAMPLE_URL,
      items: [{ sku: "S1", title: "Down jacket", quantity: 1, price: "129.00" }],
      note: "Please wrap it",
    },
  ],
  campaign: "default",
  step: "nudge",
  now: NOW,
  locale: "en",
};

export const SAMPLE_DATA: TemplateData = buildTemplateData(SAMPLE_FACTS);

type Local = { readonly name: string; readonly long: string; readonly title: string; readonly currency: string };
const ENGLISH: Local = {
  name: "Li Lei",
  long: "Maximiliana Featherstonehaugh-Chumleigh",
  title: "Down jacket",
  currency: "USD",
};
const BY_LANGUAGE: Readonly<Record<string, Local>> = {
  zh: { name: "李雷", long: "阿卜杜热合曼·麦麦提艾力江", title: "羽绒服", currency: "CNY" },
  es: {
    name: "Lucía",
    long: "María de los Ángeles Fernández-Villaverde",
    title: "Chaqueta de plumas",
    currency: "EUR",
  },
};
const local = (locale: string): Local => BY_LANGUAGE[canonicalLocale(locale)?.split("-")[0] ?? ""] ?? ENGLISH;

/** A usual buyer of the locale, at this time. `payUrl`: the link of the shop, where it is known. */
export function sampleFacts(locale: string, now: number = NOW, payUrl: string = SAMPLE_URL): TemplateFacts {
  const { name, title, currency } = local(locale);
  return {
    ...SAMPLE_FACTS,
    now,
    locale,
    buyer: { ...SAMPLE_FACTS.buyer, name, locale },
    orders: SAMPLE_FACTS.orders.map((order) => ({
      ...order,
      currency,
      payUrl,
      createdAt: order.createdAt + now - NOW,
      closesAt: now + 28 * MINUTE,
      items: order.items.map((item) => ({ ...item, title })),
    })),
  };
}

/** Three large orders of a buyer with a long name, closing tomorrow. */
export function longFacts(locale: string, payUrl: string = SAMPLE_URL): TemplateFacts {
  const { long, title } = local(locale);
  const sample = sampleFacts(locale, NOW, payUrl);
  return {
    ...sample,
    buyer: { ...sample.buyer, name: long },
    orders: sample.orders.flatMap((order) =>
      [0, 1, 2].map((n) => ({
        ...order,
        id: `${4_000_112_233_445_566 + n}`,
        number: `#${4_000_112_233 + n}`,
        amount: 1_234_567,
        closesAt: NOW + 1_435 * MINUTE,
        items: order.items.map((item) => ({ ...item, title: `${title} `.repeat(5) })),
      })),
    ),
  };
}

/** As the usual buyer, with values that are ASCII in every locale. */
export function asciiFacts(locale: string, payUrl: string = SAMPLE_URL): TemplateFacts {
  const sample = sampleFacts(locale, NOW, payUrl);
  return {
    ...sample,
    buyer: { ...sample.buyer, name: "Ana" },
    orders: sample.orders.map((order) => ({
      ...order,
      items: order.items.map((item) => ({ ...item, title: "Pen" })),
    })),
  };
}

/** Nothing is known but the order's id and amount. */
export function bareFacts(locale: string): TemplateFacts {
  const sample = sampleFacts(locale);
  return {
    ...sample,
    buyer: { name: null, tier: null, locale: null, timeZone: null },
    orders: sample.orders.map((order) => ({
      ...order,
      number: null,
      closesAt: null,
      payUrl: null,
      items: [],
      note: null,
    })),
  };
}
