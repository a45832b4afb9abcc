/** The part of an address after the question mark: plain texts under the names that the API has, so an id of 20 digits stays as it is. */
export type Search<Key extends string> = { readonly [Each in Key]?: string };

/** For `validateSearch`: keeps what the page knows. Wrong values are for the API to refuse, in words. */
export const searchOf =
  <const Key extends string>(keys: readonly Key[]) =>
  (raw: Record<string, unknown>): Search<Key> => {
    const known: { [Each in Key]?: string } = {};
    for (const key of keys) {
      const value = raw[key];
      if (value !== undefined && value !== null && value !== "") known[key] = String(value);
    }
    return known;
  };

export const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text));

export function stringifySearch(search: Record<string, unknown>): string {
  const asked = new URLSearchParams();
  for (const [key, value] of Object.entries(search))
    if (value !== undefined && value !== null && value !== "") asked.set(key, String(value));
  const text = asked.toString();
  return text === "" ? "" : `?${text}`;
}

const PERIOD = ["on", "from", "to"] as const;
export const ORDER_KEYS = ["shop", "state", "campaign", "recovered", ...PERIOD, "cursor"] as const;
export const DELIVERY_KEYS = [
  ...["show", "shop", "state", "reason", "channel", "campaign", "step", "order"],
  ...PERIOD,
  "cursor",
] as const;
export const REPORT_KEYS = ["by", ...PERIOD, "compare", "horizon"] as const;
