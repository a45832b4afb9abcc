/** Previews a phrase of the staff that is being written, for sample data or the case of a stored order. */
import { canonicalLocale } from "../core/values/locale.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import type { Vault } from "../db/vault.ts";
import { advisePhrase, compilePhrase } from "../render/phrases.ts";
import { buildTemplateData, type TemplateFacts } from "../render/template/data.ts";
import { sampleFacts } from "../render/template/sample.ts";
import { type DraftRefused, invalid } from "./draft.ts";
import { orderFacts } from "./order-facts.ts";

export type PhraseDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** The shop if none is named; null: a made-up one. */
  readonly shop: string | null;
  /** Epoch ms. */
  readonly now: () => number;
};

export type PhraseQuery = {
  /** The whole file. */
  readonly template: string;
  readonly campaign: string;
  /** The key that copies it, and its name. */
  readonly n: number;
  readonly name: string;
  /** null: the shop's locale. */
  readonly locale: string | null;
  readonly shop: string | null;
  /** Its id or number, and the name and note of its buyer are masked; null: sample data. */
  readonly order: string | null;
};

export type PhraseResult =
  | {
      readonly kind: "preview";
      readonly preview: { readonly text: string; readonly locale: string; readonly warnings: readonly string[] };
    }
  | DraftRefused
  | { readonly kind: "unknown-order" };

/** Throws AmbiguousOrderError. */
export async function previewPhrase(deps: PhraseDeps, query: PhraseQuery): Promise<PhraseResult> {
  const { template: source, campaign, n, name: step } = query;
  const named = query.shop ?? deps.shop;
  const shop = named === null ? sampleFacts("en").shop : deps.shopOf(named);
  if (shop === null) return { kind: "unknown-shop", shop: named ?? "" };
  const locale = canonicalLocale(query.locale ?? shop.locale);
  if (locale === null) return invalid("locale", "is no locale, like en or zh-CN");
  const compiled = compilePhrase(source);
  if (!compiled.ok) return { kind: "invalid-template", faults: compiled.faults };
  let facts: TemplateFacts = { ...sampleFacts(locale, deps.now()), shop, campaign, step };
  if (query.order !== null) {
    const found = await orderFacts(deps, shop, query.order, { campaign, step, locale });
    if (found === null) return { kind: "unknown-order" };
    if (found.real.orders.length === 0)
      return { kind: "not-rendered", message: "no event has said yet what the order costs, or when it was created" };
    facts = found.masked;
  }
  const made = compiled.template.render(buildTemplateData(facts));
  if (!made.ok) return { kind: "not-rendered", message: made.message };
  const warnings = [...advisePhrase({ n, source })].map(({ line, message }) => `line ${line}: ${message}`);
  return { kind: "preview", preview: { text: made.text, locale, warnings } };
}
