/** In which order a text is looked for: `zh-CN` → `zh` → the shop's → `en`. */

import { canonicalLocale } from "../../core/values/locale.ts";
import { memo } from "../../core/values/memo.ts";

const MAX_CHAINS = 1_000;
/** Longer than any locale (core/values/locale.ts): the rest of such a text does not matter. */
const MAX_LENGTH = 41;

/** Canonical locales, nearest first, without repeats. Text that is not a locale is passed over (buyers' locales come from outside). Never throws. */
export function localeChain(locale: string | null, shopLocale: string): readonly string[] {
  return chainOf(`${shopLocale}\n${locale?.slice(0, MAX_LENGTH) ?? ""}`);
}

/** Takes `shop's locale\nbuyer's`. */
const chainOf = memo(MAX_CHAINS, (key: string): readonly string[] => {
  const at = key.indexOf("\n");
  return [...new Set([...widening(key.slice(at + 1)), ...widening(key.slice(0, at)), "en"])];
});

function* widening(locale: string): Generator<string> {
  let text = canonicalLocale(locale.replaceAll("_", "-")) ?? "";
  while (text !== "") {
    yield text;
    text = text.slice(0, Math.max(0, text.lastIndexOf("-")));
  }
}
