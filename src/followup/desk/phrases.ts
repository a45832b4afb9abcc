/** The phrases of a task's campaign, rendered for its case: amounts and times are those of now. */
import type { ShopPolicy } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import { type CaseOrder, loadCaseOrders, loadTaskCase } from "../../db/stores/reads/desk/task-card-store.ts";
import type { Vault } from "../../db/vault.ts";
import { type Phrase, phrasesFor } from "../../render/phrases.ts";
import { buildTemplateData, type TemplateOrderFacts } from "../../render/template/data.ts";
import { isTaskId } from "./deps.ts";
import { openedOf } from "./shown.ts";

export type PhraseDeps = {
  readonly sql: Sql;
  readonly vault: Pick<Vault, "open">;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** Those of the campaigns that run. */
  readonly phrases: () => readonly Phrase[];
};

export type RenderedPhrases = {
  /** By their keys. */
  readonly items: readonly {
    readonly n: number;
    readonly name: string;
    readonly locale: string;
    readonly text: string;
  }[];
  /** Those that cannot be said of this case, and why: a value is missing. */
  readonly failed: readonly { readonly n: number; readonly name: string; readonly message: string }[];
};

/** null: there is no such task. */
export async function phrasesOf(
  { sql, vault, shopOf, phrases }: PhraseDeps,
  id: string,
): Promise<RenderedPhrases | null> {
  const theCase = isTaskId(id) ? await loadTaskCase(sql, id) : null;
  if (theCase === null) return null;
  const shop = shopOf(theCase.shop);
  const { campaign, now } = theCase;
  const { name, tier, locale, timeZone } = theCase.profile;
  const none = { items: [], failed: [] };
  if (shop === null || campaign === null) return none;
  const chosen = phrasesFor(phrases(), { campaign, locale: locale?.[0] ?? null, shopLocale: shop.locale });
  if (chosen.length === 0) return none;
  const orders = (await loadCaseOrders(sql, theCase)).flatMap((order) => factsOf(order) ?? []);
  if (orders.length === 0) return none;
  const buyer = {
    name: openedOf(vault, name),
    tier: tier?.[0] ?? null,
    locale: locale?.[0] ?? null,
    timeZone: timeZone?.[0] ?? null,
  };
  const items: RenderedPhrases["items"][number][] = [];
  const failed: RenderedPhrases["failed"][number][] = [];
  for (const phrase of chosen) {
    const facts = { shop, buyer, orders, campaign, step: phrase.name, now, locale: phrase.locale };
    const made = phrase.template.render(buildTemplateData(facts));
    const { n, name: called } = phrase;
    if (made.ok) items.push({ n, name: called, locale: phrase.locale, text: made.text });
    else failed.push({ n, name: called, message: made.message });
  }
  return { items, failed };
}

/** null: its price is not known yet. */
function factsOf({
  id,
  number,
  amount,
  currency,
  created_at,
  closes_at,
  details,
}: CaseOrder): TemplateOrderFacts | null {
  if (amount === null || currency === null || created_at === null) return null;
  return {
    ...{ id, number, amount, currency, createdAt: created_at, closesAt: closes_at },
    payUrl: details.payUrl,
    note: details.note,
    items: details.items.map(({ sku, title, quantity, price }) => ({
      sku: sku ?? null,
      title: title ?? null,
      quantity: quantity ?? null,
      price: price ?? null,
    })),
  };
}
