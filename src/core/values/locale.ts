/** Locales as BCP 47 writes them. */

/** `zh-cn` → `zh-CN`, or null when the text is not a locale. */
export function canonicalLocale(text: string): string | null {
  if (text.length > 40) return null;
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
