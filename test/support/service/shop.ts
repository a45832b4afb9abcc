/** The events of a shop, and how it posts them. */
import { API_KEY, DUE_AFTER } from "./rig.ts";

export type Answer = {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly ms: number;
  readonly at: number;
};

/** Posts events as the shop's system would. A refused or cut connection is status 0. */
export async function post(url: string, events: unknown, type = "application/json"): Promise<Answer> {
  const begun = performance.now();
  const body = typeof events === "string" ? events : JSON.stringify(events);
  try {
    const answer = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${API_KEY}`, "content-type": type },
      body,
    });
    const text = await answer.text();
    const at = Date.now();
    return { status: answer.status, body: text === "" ? {} : JSON.parse(text), ms: performance.now() - begun, at };
  } catch (error) {
    return { status: 0, body: { error: String(error) }, ms: performance.now() - begun, at: Date.now() };
  }
}

/** Posts in arrays of `size`; every one must be taken in as new. */
export async function postAll(url: string, events: readonly unknown[], size = 1_000): Promise<void> {
  for (let at = 0; at < events.length; at += size) {
    const part = events.slice(at, at + size);
    const { status, body } = await post(url, part);
    if (status !== 202 || body.accepted !== part.length)
      throw new Error(`posted ${part.length} events: ${status} ${JSON.stringify(body)}`);
  }
}

export type OrderSpec = { readonly closesAt?: number; readonly chat?: boolean };

/** `order.created` of one buyer each, all due at `dueAt`. */
export function orders(count: number, prefix: string, dueAt: number, spec: OrderSpec = {}) {
  return Array.from({ length: count }, (_, n) => created(`${prefix}${n}`, dueAt - DUE_AFTER, spec));
}

const phones = new Map<string, string>();
/** A number of its own for each order, and the same for the same. */
const phoneOf = (order: string): string => {
  const known = phones.get(order) ?? `+86139${String(10_000_000 + phones.size)}`;
  phones.set(order, known);
  return known;
};

export function created(order: string, createdAt: number, { closesAt, chat = false }: OrderSpec = {}) {
  return {
    id: `c-${order}`,
    type: "order.created",
    occurredAt: new Date(createdAt).toISOString(),
    shop: "acme",
    order: {
      id: order,
      amount: "129.00",
      currency: "CNY",
      createdAt: new Date(createdAt).toISOString(),
      ...(closesAt === undefined ? {} : { closesAt: new Date(closesAt).toISOString() }),
      buyer: { id: `b-${order}`, phone: phoneOf(order), ...(chat ? { chat: { wechat: `w-${order}` } } : {}) },
    },
  };
}

export function paid(order: string, at: number) {
  return {
    id: `p-${order}`,
    type: "order.paid",
    occurredAt: new Date(at).toISOString(),
    shop: "acme",
    order: { id: order },
  };
}
