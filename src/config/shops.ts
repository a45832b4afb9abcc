/** The shops. The `"*"` entry has the defaults of each listed shop, and stands for every shop that is not listed. */
import { countryOfZone } from "../core/values/country.ts";
import { MINUTE, SECOND } from "../core/values/duration.ts";
import { memo } from "../core/values/memo.ts";
import { DEFAULT_QUIET_HOURS } from "../core/values/policy.ts";
import { type Config, deepFreeze, type Polls, type ShopConfig, type Verify, type WebhookConfig } from "./config.ts";
import type { ShopEntry } from "./file-schema.ts";
import { guardOf } from "./guard.ts";

export type Shops = {
  readonly implicit: boolean;
  readonly ids: readonly string[];
  shop(id: string): ShopConfig | null;
};

/** Unlisted shops that are kept ready. */
const MAX_UNLISTED = 1_000;

/** `entries` undefined: no shops are configured, so every shop is accepted. */
export function buildShops(entries: Readonly<Record<string, ShopEntry>> | undefined): Shops {
  const defaults = entries ? entries["*"] : {};
  const listed = new Map<string, ShopConfig>();
  for (const [id, entry] of Object.entries(entries ?? {}))
    if (id !== "*") listed.set(id, deepFreeze(shopConfig(id, { ...defaults, ...entry })));
  const unlisted = memo(MAX_UNLISTED, (id: string) =>
    defaults === undefined ? null : deepFreeze(shopConfig(id, defaults)),
  );
  return {
    implicit: entries === undefined,
    ids: Object.freeze([...listed.keys()]),
    shop: (id) => listed.get(id) ?? (defaults === undefined || id === "*" ? null : unlisted(id)),
  };
}

function shopConfig(id: string, entry: ShopEntry): ShopConfig {
  const webhooks: Record<string, WebhookConfig> = {};
  for (const [source, webhook] of Object.entries(entry.webhooks ?? {})) {
    if (webhook === undefined) continue;
    const { secret: secrets, ...settings } = webhook;
    webhooks[source] = { secrets, settings };
  }
  return {
    id,
    name: entry.name ?? null,
    timeZone: entry.timeZone ?? "UTC",
    locale: entry.locale ?? "en",
    currency: entry.currency ?? "USD",
    country:
      entry.country ?? (entry.timeZone === undefined ? null : countryOfZone(entry.timeZone, entry.currency ?? null)),
    joinAtMost: entry.joinAtMost ?? 5,
    closeAfter: entry.closeAfter === "off" ? null : (entry.closeAfter ?? null),
    quietHours: entry.quietHours === "off" ? null : (entry.quietHours ?? DEFAULT_QUIET_HOURS),
    cashOnDelivery: [...(entry.cashOnDelivery ?? ["cod"])],
    chaseShipped: entry.chaseShipped ?? false,
    webhooks,
    poll: pollsOf(entry),
    verify: verifyOf(entry),
    resultAt: entry.resultAt === "off" ? null : (entry.resultAt ?? null),
    guard: guardOf(entry.guard),
  };
}

const VERIFY_TIMEOUT = 2 * SECOND;

function verifyOf({ verify }: ShopEntry): Verify | null {
  if (verify === undefined) return null;
  const { url = null, secret = null, timeout = VERIFY_TIMEOUT, onError = "send" } = verify;
  return { with: verify.with, url, secret, timeoutMs: timeout, onError };
}

const POLL_EVERY = MINUTE;

function pollsOf(entry: ShopEntry): Polls {
  const polls: Record<string, { everyMs: number; access: unknown }> = {};
  for (const [source, given] of Object.entries(entry.poll ?? {})) {
    if (given === undefined) continue;
    const { every, ...access } = given;
    polls[source] = { everyMs: every ?? POLL_EVERY, access };
  }
  // The schema has checked the keys of each source.
  return polls as Polls;
}

/** Whether it holds for a listed shop, or for the `"*"` entry. */
export const anyShop = (config: Pick<Config, "shopIds" | "shop">, holds: (shop: ShopConfig) => boolean): boolean =>
  configured(config).some(holds);

/** No shop can be listed under the last name, so it gives the `"*"` entry. */
const configured = ({ shopIds, shop }: Pick<Config, "shopIds" | "shop">): readonly ShopConfig[] =>
  [...shopIds, "\n"].flatMap((id) => shop(id) ?? []);

/** Whether the texts of all shops that are configured are Chinese by default. */
export const isChinese = (config: Pick<Config, "shopIds" | "shop">): boolean =>
  !anyShop(config, ({ locale }) => !/^zh\b/.test(locale));

/** The zone of all shops that are configured, the `"*"` entry included; UTC if they have several. */
export function commonZone(config: Pick<Config, "shopIds" | "shop">): string {
  const zones = new Set(configured(config).map(({ timeZone }) => timeZone));
  const [only, another] = zones;
  return only === undefined || another !== undefined ? "UTC" : only;
}
