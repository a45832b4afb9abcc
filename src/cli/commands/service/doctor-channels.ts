/** The findings of `dunlin doctor` about channels and receivers of notices. It asks the providers about their set-up, and sends nothing. */
import { openLiveCampaigns } from "../../../campaigns/live.ts";
import { openChannels } from "../../../channels/registry.ts";
import type { Config } from "../../../config/config.ts";
import { commonZone } from "../../../config/shops.ts";
import { SECOND } from "../../../core/values/duration.ts";
import { formatInstant } from "../../../core/values/instant.ts";
import { offsetMinutes } from "../../../core/values/zone.ts";
import type { Sql } from "../../../db/client.ts";
import { findFailing } from "../../../db/stores/notices/notice-store.ts";
import { checkChannels } from "../../../notices/check-channels.ts";
import { providerOf } from "../../../providers/all.ts";
import { SAFE_TOKEN } from "../../../providers/approved.ts";
import { catalogOptions } from "../../../render/catalog/catalog-options.ts";
import { plansOfDay } from "../../../reporting/upcoming/plans.ts";

const SHORT_TOKEN = `warning: its receiptToken has fewer than ${SAFE_TOKEN} characters, and is all that keeps strangers from reporting receipts: \`openssl rand -hex 16\` makes one`;

type Finding = { readonly check: string; readonly ok: boolean; readonly message: string };

export function configuredFindings(config: Config): Finding[] {
  const channels = config.channels.map(({ name, provider }) => ({
    check: `channel ${name}`,
    ok: true,
    message:
      providerOf(provider)?.delivers === true
        ? provider
        : "prints messages only; configure a provider under channels in dunlin.yaml",
  }));
  const tokens = config.channels.flatMap(({ name, settings }) =>
    "receiptToken" in settings && settings.receiptToken !== undefined && settings.receiptToken.length < SAFE_TOKEN
      ? [{ check: `channel ${name}`, ok: true, message: SHORT_TOKEN }]
      : [],
  );
  const notices = config.notices.map(({ name, provider }) => ({
    check: `notices ${name}`,
    ok: true,
    message: `${provider}; \`dunlin notices test ${name}\` posts one`,
  }));
  const delivers = config.channels.some(({ provider }) => providerOf(provider)?.delivers === true);
  if (notices.length > 0 || !delivers) return [...channels, ...tokens, ...notices];
  const advice =
    "advice: nobody learns of a paused channel or an empty account: name a chat of your staff under notices in dunlin.yaml";
  return [...channels, ...tokens, { check: "notices", ok: true, message: advice }];
}

/** `sql` null: the database cannot be read, so only credentials and balances are checked. Throws StoredCampaignError. */
export async function askedFindings(config: Config, sql: Sql | null): Promise<Finding[]> {
  const channels = openChannels(config.channels, { log: { warn() {} }, publicUrl: config.publicUrl });
  try {
    const zone = commonZone(config);
    const written = (at: number) => formatInstant(Math.floor(at / SECOND) * SECOND, offsetMinutes(zone, at));
    const asked = new Map([...channels].filter(([, { check }]) => check !== undefined));
    if (asked.size === 0) return [];
    const planned = sql === null ? null : await plannedOf(config, sql, zone);
    const { lines } = await checkChannels({
      channels: asked,
      catalog: planned?.catalog ?? { templates: [] },
      plans: planned?.plans ?? null,
      written,
    });
    return lines.map(({ channel, level, text }) => ({
      check: `channel ${channel}`,
      ok: level !== "fault",
      message: level === "warning" ? `warning: ${text}` : text,
    }));
  } finally {
    await Promise.all([...channels.values()].map((channel) => channel.close()));
  }
}

async function plannedOf(config: Config, sql: Sql, zone: string) {
  const kinds = new Map(config.channels.map(({ name, contacts }) => [name, contacts]));
  const live = await openLiveCampaigns({ sql, options: catalogOptions(config), channels: kinds });
  const current = live.current();
  const facts = { sql, ...current, channels: config.channels, shopOf: config.shop, zone };
  return { catalog: current.catalog, plans: await plansOfDay(facts) };
}

export async function failingFindings(sql: Sql): Promise<Finding[]> {
  return (await findFailing(sql)).map(({ receiver, code, waiting }) => ({
    check: `notices ${receiver}`,
    ok: true,
    message: `warning: ${waiting} notice(s) wait, because the last post failed (${code}): \`dunlin notices test ${receiver}\` says more`,
  }));
}
