/** In which order a text is looked for: `zh-CN` → `zh` → the shop's → `en`. */

import { canonicalLocale } from "../../core/values/locale.ts";

const KEPT = 1_000;
const chains = new Map<string, readonly string[]>();

/** Canonical locales, nearest first, without repeats. A locale that is none (buyers' come from outside) is passed over. Never throws. */
export function localeChain(locale: string | null, shopLocale: string): readonly string[] {
  const key = `${locale?.slice(0, 40)} ${shopLocale}`;
  let chain = chains.get(key);
  if (chain === undefined) {
    if (chains.size >= KEPT) chains.clear();
    chain = [...new Set([...widening(locale ?? ""), ...widening(shopLocale), "en"])];
    chains.set(key, chain);
  }
  return chain;
}

function* widening(locale: string): Generator<string> {
  let text = canonicalLocale(locale.replaceAll("_", "-")) ?? "";
  while (text !== "") {
    yield text;
    text = text.slice(0, Math.max(0, text.lastIndexOf("-")));
  }
}
