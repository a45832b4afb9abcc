/** An export that is known: how its columns are named, and what goes without saying in it. A profile is data; `all.ts` lists them. */

/** The fields of an order that a table can have, named as in an order event. `due`: what is still to be paid; `dueAt`: when, by agreement. */
export const FIELDS = [
  "id",
  "number",
  "status",
  "amount",
  "due",
  "currency",
  "shop",
  "createdAt",
  "paidAt",
  "closedAt",
  "refundedAt",
  "closesAt",
  "dueAt",
  "reason",
  "buyer.id",
  "buyer.phone",
  "buyer.name",
  "buyer.email",
  "buyer.country",
  "buyer.locale",
  "buyer.timeZone",
  "buyer.tier",
  "paymentMethod",
  "payUrl",
  "tags",
  "shipped",
  "presale",
  "note",
  "item.sku",
  "item.title",
  "item.quantity",
  "item.price",
] as const;
export type Field = (typeof FIELDS)[number];

export type Profile = {
  /** The name in `--profile`. */
  readonly name: string;
  /** Headings that only this export has together: a file with all of them is one. */
  readonly known: readonly string[];
  /** The headings of each field, the preferred first. The first that is not blank counts; of phone numbers all do. */
  readonly columns: Partial<Readonly<Record<Field, readonly string[]>>>;
  /** Rows with the same text in this field are one order. */
  readonly groupBy: "id" | "number";
  /** The clock of times without an offset; null: the shop's. */
  readonly zone: string | null;
  /** null: the column's, else the shop's. */
  readonly currency: string | null;
  /** The country of phone numbers; null: the column's, else the shop's. */
  readonly country: string | null;
  /** Finds the time of creation in an id, as fourteen digits, for an export without a column for it. */
  readonly createdIn?: RegExp;
};

/** Platforms of mainland China show every shop the time of Beijing. */
export const CHINA = { zone: "Asia/Shanghai", currency: "CNY", country: "CN", groupBy: "id" } as const;
export const ANYWHERE = { zone: null, currency: null, country: null, groupBy: "id" } as const;
