/**
 * Parses order events: checks the public shape (the same for HTTP, queue and NDJSON) and gives the program's own. It ignores unknown keys,
 * so that a shop may send more than we read. `null` means "not given".
 */

import { z } from "zod";
import { fieldPath } from "../text/zod-words.ts";
import { parseInstant } from "../values/instant.ts";
import { currencyDigits, fitsAnyCurrency, parseAmount } from "../values/money.ts";
import { idFault, readId } from "./id.ts";
import { readName } from "./name.ts";
import { isStorable, MAX_HANDLES, plainReader } from "./plain-event.ts";

export const EVENT_TYPES = ["order.created", "order.updated", "order.paid", "order.closed", "order.refunded"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const storable = { error: "holds a NUL or half of a surrogate pair: send plain Unicode text" };

type NumberError = { readonly error?: (issue: { readonly input: unknown }) => string | undefined };
/** A text in the one spelling of `readId`. */
const name = (max: number, numberError: NumberError = {}) =>
  z.string(numberError).max(max).transform(readId).pipe(z.string().min(1).refine(isStorable, storable));
const id = (max: number, numberError: NumberError = {}) =>
  name(max, numberError).superRefine((value, context) => {
    const message = idFault(value);
    if (message !== null) context.addIssue({ code: "custom", message });
  });
/** A text without anything to see counts as not given. */
const mayBeEmpty = (max: number) =>
  z
    .string()
    .max(max)
    .transform(readId)
    .refine(isStorable, storable)
    .transform((value) => (value === "" ? null : value))
    .nullish();
const givenHandles = (handles: Record<string, string | null | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(handles).filter((entry): entry is [string, string] => entry[1] != null));
/** Counted first: to check a hundred thousand handles takes a second. */
const fewHandles = z.unknown().refine((handles) => Object.keys(handles ?? {}).length <= MAX_HANDLES, {
  error: `must have at most ${MAX_HANDLES} entries`,
  abort: true,
});
const text = (max: number) => z.string().max(max).nullish();
/** Never within a surrogate pair. */
export const cutAt = (value: string, max: number): string =>
  value.length <= max ? value : value.slice(0, max).replace(/[\ud800-\udbff]$/, "");
/** A text that only people read. It is cut: without the rest of its event a buyer who paid would be reminded. */
const cutText = (max: number) => z.string().transform((value) => cutAt(value, max));
const instant = z
  .string()
  .max(40)
  .transform((value, context) => {
    const ms = parseInstant(value);
    if (ms !== null) return ms;
    context.addIssue({
      code: "custom",
      message: "must be an RFC 3339 instant with an offset, from 1970 to 9999, like 2026-11-10T20:00:00+08:00",
    });
    return z.NEVER;
  });
const decimal = z
  .string()
  .max(24)
  .regex(/^\d{1,15}(\.\d{1,6})?$/, 'must be a plain decimal string that is not negative, like "129.00"');
const tags = z.array(z.string().max(200)).max(200).nullish();

/** A field of a platform may hold several numbers with names. */
const phoneText = z.string().max(500);
const phoneError = ({ input }: { readonly input: unknown }) =>
  typeof input === "number"
    ? "must be a string: put it in quotes"
    : "must be a string of at most 500 characters, or an array of at most 10 of them";

const orderIdError = ({ input }: { readonly input: unknown }) =>
  typeof input === "number" ? "must be a string: a 64-bit number would lose its last digits in JSON" : undefined;

const buyerShape = z.object({
  id: mayBeEmpty(200),
  phone: z.union([phoneText, z.array(phoneText).max(10)], { error: phoneError }).nullish(),
  email: text(500),
  chat: fewHandles.pipe(z.record(name(40), mayBeEmpty(300)).transform(givenHandles)).nullish(),
  name: cutText(200).transform(readName).nullish(),
  country: text(100),
  locale: text(40),
  timeZone: text(60),
  tier: text(60),
});

const itemShape = z.object({
  sku: text(200),
  title: cutText(500).nullish(),
  quantity: z.number().int().min(0).max(1_000_000).nullish(),
  price: decimal.nullish(),
  tags,
});

const orderShape = z.object({
  id: id(200, { error: orderIdError }),
  number: mayBeEmpty(100),
  amount: decimal.nullish(),
  currency: z
    .string()
    .max(10)
    .refine((code) => currencyDigits(code) !== null, { error: "is not an ISO 4217 currency code, like CNY" })
    .nullish(),
  createdAt: instant.nullish(),
  closesAt: instant.nullish(),
  paidAt: instant.nullish(),
  closedAt: instant.nullish(),
  reason: cutText(200).nullish(),
  buyer: buyerShape.nullish(),
  items: z.array(itemShape).max(500).nullish(),
  paymentMethod: text(100),
  payUrl: text(2000),
  tags,
  pendingConfirmation: z.boolean().nullish(),
  shipped: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  presale: z
    .object({ depositPaid: z.boolean().nullish(), balanceFrom: instant.nullish(), balanceTo: instant.nullish() })
    .nullish(),
  note: cutText(5000).nullish(),
});

/** Exported for the tests that hold plain-event.ts and the OpenAPI against it. */
export const envelope = z.object({
  id: id(200),
  type: z.enum(EVENT_TYPES, { error: `must be one of ${EVENT_TYPES.join(", ")}` }),
  occurredAt: instant,
  shop: name(100),
  paidAt: instant.nullish(),
  closedAt: instant.nullish(),
  reason: cutText(200).nullish(),
  order: orderShape,
});

export type OrderPayload = z.output<typeof orderShape>;
export type BuyerPayload = z.output<typeof buyerShape>;
export type ItemPayload = z.output<typeof itemShape>;

/** One fact about one order. Instants are epoch ms; `order.amount` stays a decimal string until the order's currency is known. */
export type OrderEvent = {
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: number;
  readonly shop: string;
  readonly order: OrderPayload;
};

/** `index` counts from 0 within one request, file or job. Codes are stable; `message` names the field and the remedy. */
export type Rejection = { readonly code: string; readonly message: string };

export type ParsedEvent =
  | { readonly ok: true; readonly event: OrderEvent }
  | { readonly ok: false; readonly rejection: Rejection };

const KINDS: Readonly<Record<string, string>> = {
  string: "must be a string",
  number: "must be a number",
  int: "must be a whole number",
  boolean: "must be true or false",
  array: "must be an array",
  object: "must be an object",
  record: "must be an object",
};

/** The words for the faults that zod finds itself. The caller puts the field before them. */
function inWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input == null) return "is required";
      return `${KINDS[issue.expected] ?? `must be a ${issue.expected}`}${issue.expected === "string" && typeof issue.input === "number" ? ": put it in quotes" : ""}`;
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "string") return `must have at most ${issue.maximum} characters`;
      return issue.origin === "array"
        ? `must have at most ${issue.maximum} entries`
        : `must be at most ${issue.maximum}`;
    case "invalid_key":
      return "must be named by 1 to 40 characters of plain Unicode text";
    default:
      return "is not valid";
  }
}

const reject = (code: string, message: string): ParsedEvent => ({ ok: false, rejection: { code, message } });

type Envelope = z.output<typeof envelope>;
const readPlain = plainReader<Envelope>(EVENT_TYPES);

/** Checks one event of any origin. Never throws. */
export function parseEvent(input: unknown): ParsedEvent {
  const plain = readPlain(input);
  if (plain !== null) return checkFields(flattened(plain));
  const result = envelope.safeParse(input, { error: inWords });
  if (result.success) return checkFields(flattened(result.data));
  const issue = result.error.issues[0];
  const path = fieldPath(issue?.path ?? []);
  const fault = issue?.message ?? "is not an order event";
  return reject("invalid_event", path === "" ? `event: ${fault}` : `${path}: ${fault}`);
}

/** Fields given beside the order belong to it. */
function flattened({ id, type, occurredAt, shop, paidAt, closedAt, reason, order }: Envelope): OrderEvent {
  if (paidAt == null && closedAt == null && reason == null) return { id, type, occurredAt, shop, order };
  const whole: OrderPayload = {
    ...order,
    paidAt: order.paidAt ?? paidAt,
    closedAt: order.closedAt ?? closedAt,
    reason: order.reason ?? reason,
  };
  return { id, type, occurredAt, shop, order: whole };
}

function checkFields(event: OrderEvent): ParsedEvent {
  const { order, type } = event;
  if (order.amount != null && order.currency != null && parseAmount(order.amount, order.currency) === null)
    return reject(
      "invalid_event",
      `order.amount: ${order.amount} has too many decimals or digits for ${order.currency}`,
    );
  if (order.amount != null && order.currency == null) {
    if (type === "order.created") return reject("invalid_event", "order.currency: is required with an amount");
    if (!fitsAnyCurrency(order.amount))
      return reject("invalid_event", `order.amount: ${order.amount} has too many digits for an amount of any currency`);
  }
  if (type === "order.created") {
    for (const field of ["amount", "currency", "createdAt"] as const)
      if (order[field] == null) return reject("invalid_event", `order.${field}: is required in order.created`);
    const buyer = order.buyer;
    if (buyer?.id == null && buyer?.phone == null && Object.keys(buyer?.chat ?? {}).length === 0)
      return reject("invalid_event", "order.buyer: needs at least one of id, phone, chat in order.created");
  }
  return { ok: true, event };
}
