/**
 * The texts of the console, in English and Chinese. Each part has its own, in ICU message format: `const useT = words({ en, zh })`, then
 * `const t = useT(); t("due", { count: 3 })`. A text that the other language lacks is a fault of types.
 */
import { createTranslator } from "use-intl/core";
import { useLocale } from "use-intl/react";
import { once } from "./once.ts";

export const LOCALES = { en: "English", zh: "简体中文" } as const;
export type Locale = keyof typeof LOCALES;

type Texts = { readonly [key: string]: string | Texts };
type Same<T> = { readonly [Key in keyof T]: T[Key] extends string ? string : Same<T[Key]> };

export function words<const T extends Texts>(texts: { readonly en: T; readonly zh: Same<T> }) {
  // One for all places that show the part: each row of a table would read its texts again.
  const translatorOf = once((locale: Locale) => createTranslator({ locale, messages: texts[locale] as T }));
  return () => translatorOf(useLocale() as Locale);
}

const KEY = "dunlin.locale";

/** The chosen language, else that of the browser. */
export function firstLocale(): Locale {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "en" || chosen === "zh") return chosen;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const rememberLocale = (locale: Locale): void => localStorage.setItem(KEY, locale);
