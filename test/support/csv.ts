/** Reads tables in tests. */
import type { ShopPolicy } from "../../src/core/values/policy.ts";
import { type CsvOrder, type CsvRejected, type CsvRequest, readCsv } from "../../src/sources/csv/read-csv.ts";
import { COMMAND_WORDS } from "../../src/sources/csv/words.ts";

export const SHOP: ShopPolicy = {
  id: "acme",
  name: null,
  timeZone: "Asia/Shanghai",
  locale: "zh-CN",
  currency: "CNY",
  country: "CN",
  joinAtMost: 5,
  closeAfter: 24 * 3_600_000,
  quietHours: null,
  cashOnDelivery: ["cod"],
  chaseShipped: false,
};

export const EXPORTED = Date.parse("2026-11-30T00:00:00+08:00");

/** Each piece of the file, as it might come from a disk. */
async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export type ReadTable = {
  readonly message: string | null;
  readonly orders: readonly CsvOrder[];
  readonly rejected: readonly CsvRejected[];
  readonly profile: string | null;
  readonly encoding: string | null;
  readonly unused: readonly string[];
};

export async function readTable(
  file: string | Buffer,
  { size = 1 << 18, ...change }: Partial<CsvRequest> & { readonly size?: number } = {},
): Promise<ReadTable> {
  const request: CsvRequest = {
    profile: null,
    map: new Map(),
    statuses: new Map(),
    encoding: null,
    shop: "acme",
    shopOf: (shop) => (shop === "acme" ? SHOP : null),
    exportedAt: EXPORTED,
    updates: true,
    words: COMMAND_WORDS,
    ...change,
  };
  const opened = await readCsv(cut(Buffer.isBuffer(file) ? file : Buffer.from(file), size), request);
  if (!opened.ok)
    return { message: opened.message, orders: [], rejected: [], profile: null, encoding: null, unused: [] };
  const orders: CsvOrder[] = [];
  const rejected: CsvRejected[] = [];
  for await (const piece of opened.pieces) {
    orders.push(...piece.orders);
    rejected.push(...piece.rejected);
  }
  const { profile, unused, encoding } = opened.about;
  return { message: null, orders, rejected, profile: profile.name, encoding: encoding(), unused };
}

/** `type at` of each event. */
export const eventsOf = ({ events }: Pick<CsvOrder, "events">): string[] =>
  events.map((event) => `${Reflect.get(event, "type")} ${Reflect.get(event, "occurredAt")}`);

export const orderOf = ({ events }: CsvOrder): Record<string, unknown> => Reflect.get(events[0] ?? {}, "order");
