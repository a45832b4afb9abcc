/** Reads a platform's JSON without trusting its shape. */

export type Json = Readonly<Record<string, unknown>>;

export function jsonOf(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string that is not blank, trimmed and cut to `max` UTF-16 units (never within a character); null for anything else. */
export function textOf(value: unknown, max: number): string | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (text === "") return null;
  return text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, "");
}

/** A price as an unsigned decimal; a negative one is "0". Null for anything else. */
export function decimalOf(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) return null;
  return text.startsWith("-") ? "0" : text;
}
