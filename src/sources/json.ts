/** Reads a platform's JSON without trusting its shape. */
import { createHash } from "node:crypto";

import { cutAt } from "../core/order/event.ts";
import { parseExact } from "../core/text/exact-json.ts";
import { currencyDigits, formatAmount, parseAmount } from "../core/values/money.ts";
import type { SourceEvents } from "./source.ts";

export type Json = Readonly<Record<string, unknown>>;

export function jsonOf(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list; anything else in it is left out. */
export const objectsIn = (value: unknown): readonly Json[] =>
  listOf(value).flatMap((each) => {
    const json = jsonOf(each);
    return json === null ? [] : [json];
  });

/** A string that is not blank, trimmed and cut to `max` UTF-16 units (never within a character); null for anything else. */
export function textOf(value: unknown, max: number): string | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (text === "") return null;
  return cutAt(text, max);
}

/** A price as an unsigned decimal; a negative one is "0". Null for anything else. */
export function decimalOf(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) return null;
  return text.startsWith("-") ? "0" : text;
}

/** A price as a decimal that its currency takes: rounded to the coin if it has more decimals. Null for anything else. */
export function amountOf(value: unknown, currency: string | null): string | null {
  const exact = typeof value === "number" && Number.isFinite(value) ? value.toFixed(6) : value;
  const text = decimalOf(typeof exact === "string" ? exact.trim() : exact);
  const digits = currency === null ? null : currencyDigits(currency);
  if (text === null || currency === null || digits === null) return text;
  const minor = parseAmount(text, currency) ?? Math.round(Number(text) * 10 ** digits);
  return Number.isSafeInteger(minor) ? formatAmount(minor, currency) : text;
}

/** `order.created` needs all of these. */
export const isWhole = (order: {
  readonly amount: unknown;
  readonly currency: unknown;
  readonly createdAt: unknown;
  readonly buyer: unknown;
}): boolean => [order.amount, order.currency, order.createdAt, order.buyer].every((field) => field !== null);

/** The same content gives the same id, from a webhook and from a poll. */
export const contentId = (prefix: string, content: unknown): string =>
  `${prefix}-${createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 24)}`;

/** The answer to a webhook that is not about orders. */
export const unknownTopic = (topic: string): SourceEvents => ({
  ok: true,
  events: [],
  ignored: `the topic ${topic.slice(0, 80)} is not about unpaid orders`,
  unknownTopic: true,
});

/** A run of digits that JSON.parse may have rounded. */
const LONG = /\d{16}/;

/** The parsed body, or the body parsed again with exact ids, if it holds a number that may have been rounded. */
export const exactBody = (body: unknown, rawBody: Buffer): unknown =>
  LONG.test(rawBody.toString("latin1")) ? (parseExact(rawBody) ?? body) : body;

/** An id that is a number or a text: as exact text, at most 100 characters. Null: it is missing, or its digits are lost. */
export function exactId(value: unknown): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
  const text = textOf(value, 101);
  return text !== null && text.length <= 100 ? text : null;
}
