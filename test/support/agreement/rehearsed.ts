/** Runs scenarios through the rehearsal. */
import { maskContact } from "../../../src/core/order/contact.ts";
import type { ContactKind } from "../../../src/core/values/policy.ts";
import { runBucket } from "../../../src/rehearsal/bucket.ts";
import { emptyFigures } from "../../../src/rehearsal/result/figures.ts";
import { buildCatalog, type Catalog } from "../../../src/render/catalog/catalog.ts";
import { PLAIN } from "../rehearsal.ts";
import type { Row } from "./rows.ts";
import type { Scenario } from "./scenarios.ts";

type AgreedChannel = {
  readonly name: string;
  readonly contacts: readonly ContactKind[];
  /** Default: one that sends. */
  readonly provider?: "desk";
  readonly fallback?: string;
};

/**
 * The text of a call fails for buyers without a tier: then the call goes on without a script. A message whose text fails takes the next channel some milliseconds
 * later, and its case is planned again. A rehearsal has no such time, so the texts of messages do not fail here.
 */
export const CHANNELS: readonly AgreedChannel[] = [
  { name: "sms", contacts: ["phone"] },
  { name: "chat", contacts: ["chat"] },
  { name: "whatsapp", contacts: ["chat.whatsapp", "phone"] },
  { name: "email", contacts: ["email"] },
  { name: "call", contacts: ["phone"], provider: "desk", fallback: "sms" },
];
const NAMES = CHANNELS.map(({ name }) => name);

const TEXT = "{{count}}: {{order.id}} {{total}}{{#if closesAt}} {{date closesAt}}{{/if}}";
const CHOOSY = `{{buyer.tier}} ${TEXT}`;
const FILES = new Map([
  ["any/campaign.yaml", `steps: [{ id: any, at: { afterCreated: 10m }, channels: [${NAMES}] }]`],
  ...CHANNELS.map(({ name }): [string, string] => [`any/any.${name}.en.hbs`, name === "call" ? CHOOSY : TEXT]),
]);

/** The campaigns of the scenarios, with one text for all of their steps. */
export function catalogOf(scenarios: readonly Scenario[]): Catalog {
  const built = buildCatalog(FILES, { channels: NAMES }, "campaigns");
  if (!built.ok) throw new Error(built.faults.join("\n"));
  const { catalog } = built;
  return {
    ...catalog,
    campaigns: scenarios.flatMap(({ campaigns }) => campaigns),
    findTemplate: (query) => catalog.findTemplate({ ...query, campaign: "any", step: "any" }),
  };
}

type PrintedRow = Pick<Row, "shop" | "orders" | "campaign" | "step"> & {
  readonly at: string;
  readonly buyer: string;
  readonly variant?: string | null;
  readonly channel?: string;
  readonly text?: string;
  readonly reason?: string;
};

export function rehearsed(scenarios: readonly Scenario[], catalog: Catalog): Row[] {
  const shops = new Map(scenarios.map(({ shop }) => [shop.id, shop]));
  const events = scenarios.flatMap((scenario) => scenario.events);
  const lines = events.map(({ event }, index) => ({ number: index + 1, text: JSON.stringify(event) }));
  const channels = CHANNELS.map((channel) => ({
    ...{ provider: "test", fallback: null, ratePerSecond: null, cost: null },
    ...channel,
  }));
  const figures = emptyFigures();
  const env = { files: new Map(), channels, from: null, shops: { listed: shops, other: null }, ...PLAIN, shift: null };
  const { sends, skips } = runBucket({ env, catalog, shopOf: (id) => shops.get(id) ?? null, figures }, lines);
  if (figures.faultCount > 0) throw new Error(JSON.stringify(figures.faults));
  return [...sends, ...skips].map(({ json }) => {
    const row = JSON.parse(json.toString()) as PrintedRow;
    return {
      ...row,
      at: Date.parse(row.at),
      buyer: isMasked(row.buyer) ? null : row.buyer,
      variant: row.variant ?? null,
      channel: row.channel ?? null,
      text: row.text ?? null,
      reason: row.reason ?? null,
    };
  });
}

const isMasked = (buyer: string): boolean => buyer.includes(maskContact(""));
