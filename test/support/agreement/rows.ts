/** A decided row in the same form for both sides. `lineOf` writes it as one line, so that a difference is readable. */
export type Row = {
  readonly shop: string;
  readonly at: number;
  /** The platform's id; null: the events have none. */
  readonly buyer: string | null;
  readonly orders: readonly string[];
  readonly campaign: string | null;
  readonly step: string | null;
  readonly variant: string | null;
  /** A send: its channel and its text. */
  readonly channel: string | null;
  readonly text: string | null;
  /** A skip: why. */
  readonly reason: string | null;
};

export const lineOf = (row: Row): string =>
  [
    new Date(row.at).toISOString(),
    row.buyer ?? "-",
    row.step ?? "*",
    row.reason ?? `SEND ${row.channel} ${row.variant ?? "-"} "${row.text}"`,
    row.campaign ?? "-",
    row.orders.join("+"),
  ].join(" | ");

/** Lines by shop, sorted. */
export function byShop(rows: readonly Row[]): Map<string, string[]> {
  const shops = new Map<string, string[]>();
  for (const row of rows) {
    const lines = shops.get(row.shop) ?? [];
    lines.push(lineOf(row));
    shops.set(row.shop, lines);
  }
  for (const lines of shops.values()) lines.sort();
  return shops;
}
