/**
 * Finds the lines of a file that may be about one person: union-find over hashes of every identity, order and event id in them. If two names
 * share a hash, strangers get into one bucket, which keeps them apart again. So 32 bits are enough, and a million lines take some tens of
 * megabytes.
 */

import { identitiesOf } from "../../core/order/contact.ts";
import type { BuyerPayload } from "../../core/order/event.ts";
import { readId } from "../../core/order/id.ts";
import { hash32 } from "../../core/values/hash.ts";
import type { ShopOf } from "../shops.ts";

export type Partition = {
  /** Adds one more line. A line that is not an event gets a part of its own. */
  add(value: unknown): void;
  /** The bucket of each line, in their order. */
  buckets(count: number): Uint16Array;
};

export function createPartition(shopOf: ShopOf): Partition {
  const nodes = hashTable();
  let lines = new Int32Array(1 << 16);
  let count = 0;
  return {
    add(value) {
      if (count === lines.length) lines = grown(lines, lines.length * 2);
      let own = -1;
      for (const key of namesOf(value, shopOf)) {
        const node = nodes.at(hash32(key));
        own = own < 0 ? nodes.find(node) : nodes.join(own, node);
      }
      lines[count++] = own;
    },
    buckets(total) {
      const result = new Uint16Array(count);
      // Roots are in the order of the file; the multiplication spreads them.
      for (let line = 0; line < count; line++) {
        const node = lines[line] ?? -1;
        result[line] = node < 0 ? 0 : (Math.imul(nodes.find(node), 0x9e3779b1) >>> 0) % total;
      }
      return result;
    },
  };
}

/** The names by which a line can be connected with others. The line is not checked yet: every field may be of any kind. */
function* namesOf(value: unknown, shopOf: ShopOf): Generator<string> {
  const event = record(value);
  const shop = typeof event.shop === "string" ? readId(event.shop) : "";
  const order = record(event.order);
  if (typeof event.id === "string") yield `e\n${shop}\n${readId(event.id)}`;
  if (typeof order.id === "string") yield `o\n${shop}\n${readId(order.id)}`;
  const policy = shopOf(shop);
  if (policy === null || order.buyer == null) return;
  const { id, phone, chat, country } = record(order.buyer);
  const payload = {
    id: typeof id === "string" ? readId(id) || null : null,
    phone: Array.isArray(phone)
      ? phone.filter((each) => typeof each === "string")
      : typeof phone === "string"
        ? phone
        : null,
    country: typeof country === "string" ? country : null,
    chat: Object.fromEntries(
      Object.entries(record(chat)).flatMap(([kind, handle]) =>
        typeof handle === "string" ? [[readId(kind), readId(handle)]] : [],
      ),
    ),
  } as BuyerPayload;
  const { platformId, contacts } = identitiesOf(payload, policy);
  if (platformId !== null) yield `p\n${shop}\n${platformId}`;
  for (const contact of contacts) yield `c\n${shop}\n${contact.kind}\n${contact.value}`;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(length);
  bigger.set(array);
  return bigger;
}

/** Hash → node, with open addressing; nodes joined by union-find. */
function hashTable() {
  let mask = (1 << 17) - 1;
  let slots = new Int32Array(mask + 1);
  let hashes = new Int32Array(1 << 16);
  let parents = new Int32Array(1 << 16);
  let size = 0;

  /** Slots hold node + 1; 0 is free. */
  function place(hash: number): number {
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const held = slots[slot] ?? 0;
      if (held === 0 || hashes[held - 1] === (hash | 0)) return slot;
      slot = (slot + 1) & mask;
    }
  }
  function widen(): void {
    mask = mask * 2 + 1;
    slots = new Int32Array(mask + 1);
    for (let node = 0; node < size; node++) slots[place(hashes[node] ?? 0)] = node + 1;
    hashes = grown(hashes, hashes.length * 2);
    parents = grown(parents, parents.length * 2);
  }
  function find(node: number): number {
    let root = node;
    while (parents[root] !== root) root = parents[root] ?? root;
    for (let at = node; at !== root; ) {
      const next = parents[at] ?? root;
      parents[at] = root;
      at = next;
    }
    return root;
  }
  return {
    find,
    at(hash: number): number {
      const slot = place(hash);
      const held = slots[slot] ?? 0;
      if (held > 0) return held - 1;
      hashes[size] = hash | 0;
      parents[size] = size;
      slots[slot] = size + 1;
      size++;
      if (size === hashes.length) widen();
      return size - 1;
    },
    join(a: number, b: number): number {
      const [one, other] = [find(a), find(b)];
      if (one === other) return one;
      const root = Math.min(one, other);
      parents[Math.max(one, other)] = root;
      return root;
    },
  };
}
