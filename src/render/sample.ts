/** Made-up data with every variable there: what a template is tried with when it is saved, and what a preview shows. */
import { buildTemplateData, type TemplateData, type TemplateFacts } from "./data.ts";

const NOW = Date.UTC(2026, 10, 10, 12, 2);
const MINUTE = 60_000;

export const SAMPLE_FACTS: TemplateFacts = {
  shop: {
    id: "acme",
    timeZone: "Asia/Shanghai",
    locale: "en",
    currency: "CNY",
    closeAfter: null,
    quietHours: null,
    cashOnDelivery: [],
  },
  buyer: { name: "Li Lei", tier: "gold", locale: "en", timeZone: null },
  orders: [
    {
      id: "2233445566",
      amount: 12_900,
      currency: "CNY",
      createdAt: NOW - 10 * MINUTE,
      closesAt: NOW + 28 * MINUTE,
      payUrl: "https://pay.example/p/3fK9",
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
