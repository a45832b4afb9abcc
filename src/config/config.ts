/**
 * The configuration: environment and dunlin.yaml as one frozen, typed value. It is made once, at start, and passed on. Nothing else reads
 * the environment. Times are milliseconds.
 */

import type { Guard, ShopPolicy } from "../core/values/policy.ts";
import type { ChannelConfig } from "../providers/all.ts";
import type { NoticeConfig } from "../providers/notices/all.ts";
import type { PollAccess, PollSource } from "../sources/poll-keys.ts";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type WebhookConfig = {
  /** Any of them may have signed. */
  readonly secrets: readonly string[];
  /** The source's own keys. */
  readonly settings: Readonly<Record<string, unknown>>;
};

/** How often each platform is asked for changes, and the access to its API. */
export type Polls = {
  readonly [Name in PollSource]?: { readonly everyMs: number; readonly access: PollAccess<Name> };
};

/** Whom to ask before a send whether its orders are still unpaid. */
export type Verify = {
  readonly with: PollSource | "http";
  /** null: that of the polls. */
  readonly url: string | null;
  readonly secret: string | null;
  readonly timeoutMs: number;
  readonly onError: "send" | "skip";
};

export type ShopConfig = ShopPolicy & {
  /** By the name of their source. */
  readonly webhooks: Readonly<Record<string, WebhookConfig>>;
  readonly poll: Polls;
  readonly verify: Verify | null;
  /** When staff get the result of the day, on the shop's clock, ms since midnight; null: never. */
  readonly resultAt: number | null;
  /** null: reminders are held for no payment method. */
  readonly guard: Guard | null;
};

/** How long data is kept, ms. */
export type Retention = {
  /** Order events as they were received; after that only the facts that figures need. */
  readonly events: number;
  /** Goods, notes and links of orders. */
  readonly orders: number;
  /** Contacts and name of a buyer, from the last order on. */
  readonly contacts: number;
  /** The audit trail. */
  readonly audit: number;
  /** The texts of messages, from the send on. */
  readonly deliveries: number;
};

export type Config = {
  /** null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  /** Past a transaction pooler; null: databaseUrl leads to PostgreSQL itself. */
  readonly directUrl: string | null;
  /** A read replica; null: reports and lists come from the primary. */
  readonly readUrl: string | null;
  readonly databaseConnections: number;
  /** null: the database. */
  readonly queueUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute. */
  readonly templatesDir: string;
  readonly host: string;
  readonly port: number;
  /** null: keys.ts generates it. */
  readonly apiKey: string | null;
  /** 32 bytes; null: keys.ts generates it. */
  readonly secretKey: Buffer | null;
  readonly logLevel: LogLevel;
  /** No shops are configured: every shop is accepted, in UTC, English and US dollars. */
  readonly implicitShops: boolean;
  /** The listed shop, or the `"*"` entry for this id; null: the shop is refused. */
  shop(id: string): ShopConfig | null;
  /** The shops that are listed by name. */
  readonly shopIds: readonly string[];
  readonly channels: readonly ChannelConfig[];
  /** The chats of the shop's staff. Each gets every notice. */
  readonly notices: readonly NoticeConfig[];
  /** Where providers reach this service; null: not known. */
  readonly publicUrl: string | null;
  /** Addresses and networks of the proxies in front of it: what they say about the address of a client is believed. */
  readonly trustedProxies: readonly string[];
  readonly retention: Retention;
};

/** Each fault is one line with its place and the remedy. No fault repeats a secret. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Freezes a plain value and everything in it. Buffers cannot be frozen. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
