/** Pages of orders, deliveries and reminders, and the story of an order. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { deliveryItem, reminderItem } from "../../http/contract/lists.ts";
import type { OrderStory, revealedPhone } from "../../http/contract/orders.ts";
import type { pageOf } from "../../http/contract/parts/values.ts";
import type { PromiseAnswer } from "../../http/contract/promises.ts";
import type { orderItem } from "../../http/contract/reports/order-list.ts";
import { type Answered, call, get } from "./call.ts";

export type { OrderStory, PromiseAnswer };
export type OrderPage = Answered<ReturnType<typeof pageOf<typeof orderItem>>>;
export type DeliveryPage = Answered<ReturnType<typeof pageOf<typeof deliveryItem>>>;
export type ReminderPage = Answered<ReturnType<typeof pageOf<typeof reminderItem>>>;
export type Delivery = DeliveryPage["items"][number];
export type Reminder = ReminderPage["items"][number];

export type Asked = Readonly<Record<string, string | undefined>>;

const LIMIT = 50;

/** A list has no topic: it stays as it is while somebody reads it. */
const listOf = <Page>(path: string, asked: Asked) =>
  queryOptions({
    queryKey: ["list", path, asked],
    queryFn: ({ signal }) => get<Page>(path, { query: { ...asked, limit: LIMIT }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    refetchOnWindowFocus: false,
  });

export const ordersQuery = (asked: Asked) => listOf<OrderPage>("/v1/orders", asked);
/** Whether there is an order at all. */
export const anyOrderQuery = queryOptions({
  queryKey: ["figures", "any-order"],
  queryFn: async ({ signal }) => (await get<OrderPage>("/v1/orders", { query: { limit: 1 }, signal })).items.length > 0,
});
export const deliveriesQuery = (asked: Asked) => listOf<DeliveryPage>("/v1/deliveries", asked);
export const remindersQuery = (asked: Asked) => listOf<ReminderPage>("/v1/reminders", asked);

/** A pause or another campaign changes what comes next of it, too. */
export const storyQuery = (shop: string, id: string) =>
  queryOptions({
    queryKey: ["both", "story", shop, id],
    queryFn: ({ signal }) => get<OrderStory>("/v1/orders/:shop/:id", { params: { shop, id }, signal }),
  });

export type OrderName = { readonly shop: string; readonly id: string };

export const reveal = (order: OrderName): Promise<string> =>
  call<Answered<typeof revealedPhone>>("POST", "/v1/orders/:shop/:id/reveal", { params: order }).then(
    ({ value }) => value.phone,
  );

export type Promised = { readonly at: string; readonly reason?: string; readonly by?: string };
export const promise = (order: OrderName, body: Promised): Promise<PromiseAnswer> =>
  call<PromiseAnswer>("POST", "/v1/orders/:shop/:id/promise", { params: order, body }).then(({ value }) => value);

const MAX_PAGE = 500;

/** The rows of a list from its newest on, and whether there are more. `onCount`: after each page. */
export async function rowsOf<Item>(
  path: "/v1/deliveries" | "/v1/reminders",
  asked: Asked,
  most: number,
  onCount: (count: number) => void,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly Item[]; readonly more: boolean }> {
  const rows: Item[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(MAX_PAGE, most - rows.length);
    const page: { readonly items: readonly Item[]; readonly next: string | null } = await get(path, {
      query: { ...asked, cursor, limit },
      signal,
    });
    rows.push(...page.items);
    cursor = page.next;
    onCount(rows.length);
  } while (cursor !== null && rows.length < most);
  return { rows, more: cursor !== null };
}
