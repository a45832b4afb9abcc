import { canonicalLocale } from "../../core/values/locale.ts";
import type { TemplateName } from "./template-file.ts";

/** The parts of `<step>[.<variant>].<channel>.<locale>.hbs`, or the fault of the name. */
export function nameOf(campaign: string, file: string): TemplateName | string {
  const parts = file.split(".");
  if (parts.pop() !== "hbs" || parts.length < 3 || parts.length > 4)
    return "matches nothing: template files are named <step>[.<variant>].<channel>.<locale>.hbs";
  const [step = "", ...rest] = parts;
  const [locale = "", channel = "", variant = null] = rest.reverse();
  const canonical = canonicalLocale(locale);
  if (canonical === null) return `${locale} is not a locale: write it like en or zh-CN`;
  if (canonical !== locale) return `the locale ${locale} must be written ${canonical}`;
  return { campaign, step, variant, channel, locale };
}
