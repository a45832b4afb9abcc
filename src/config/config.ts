/**
 * The configuration: environment and `dunlin.yaml` as one frozen, typed value, made once at start and handed down.
 * Nothing else reads the environment. Times are milliseconds.
 */

import type { ShopPolicy } from "../core/values/policy.ts";
import type { ChannelConfig } from "../providers/all.ts";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type ShopConfig = ShopPolicy & {
  /** Source name → the secret that its webhooks are signed with. */
  readonly webhooks: Readonly<Record<string, { readonly secret: string }>>;
};

/** How long things are kept, ms. */
export type Retention = {
  /** Order events as they were told. */
  readonly events: number;
  /** Orders that are over, with their cases, reminders, deliveries and recoveries. */
  readonly orders: number;
  /** Contacts of a buyer of whom nothing more was heard. */
  readonly contacts: number;
  /** Who changed what. */
  readonly audit: number;
};

export type Config = {
  /** null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  /** null: the database. */
  readonly queueUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute. */
  readonly templatesDir: string;
  readonly host: string;
  readonly port: number;
  /** null: to be generated, see keys.ts. */
  readonly apiKey: string | null;
  /** 32 bytes; null: to be generated, see keys.ts. */
  readonly secretKey: Buffer | null;
  readonly logLevel: LogLevel;
  /** No shops are configured: every shop is taken, in UTC, English and US dollars. Worth a warning at start. */
  readonly implicitShops: boolean;
  /** The listed shop, or the `"*"` entry applied to this id, or null: a shop that is refused. */
  shop(id: string): ShopConfig | null;
  /** Those listed by name. */
  readonly shopIds: readonly string[];
  readonly channels: readonly ChannelConfig[];
  readonly retention: Retention;
};

/** Each fault is one line that names its place and the remedy; none repeats a secret. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Freezes a plain value all the way down. Buffers cannot be frozen and are left. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
