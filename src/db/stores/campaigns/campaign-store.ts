/** Campaigns and their versions, as stored. A caller that writes holds the fence (planning-fence.ts). */
import type { Sql } from "../../client.ts";

/** `campaign.yaml` and the templates beside it, by name. */
export type Files = Readonly<Record<string, string>>;

export type VersionSource = "file" | "http" | "rollback";

export type StoredVersion = {
  readonly campaign: string;
  readonly number: number;
  readonly digest: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly source: VersionSource;
  readonly from_version: number | null;
  readonly note: string | null;
};

/** A campaign with its current version. */
export type StoredCampaign = StoredVersion & {
  readonly files: Files;
  readonly paused_at: number | null;
  readonly paused_until: number | null;
  readonly pause_source: "person" | "fault" | "threshold" | null;
  readonly pause_code: string | null;
  readonly pause_reason: string | null;
  readonly retired_at: number | null;
  readonly applied_digest: string | null;
};

const VERSION = "v.campaign, v.number, v.digest, v.created_at, v.created_by, v.source, v.from_version, v.note";
const STATE =
  "c.paused_at, c.paused_until, c.pause_source, c.pause_code, c.pause_reason, c.retired_at, c.applied_digest";

/** All campaigns by key, or the one with that key. */
export function readCampaigns(sql: Sql, key: string | null = null) {
  return sql<StoredCampaign[]>`
    select ${sql.unsafe(VERSION)}, v.files, ${sql.unsafe(STATE)} from campaigns c
    join campaign_versions v on v.campaign = c.key and v.number = c.current
    ${key === null ? sql`` : sql`where c.key = ${key}`} order by c.key collate "C"`;
}

/** The version with its files, or undefined. */
export async function readVersion(
  sql: Sql,
  key: string,
  number: number,
): Promise<(StoredVersion & { readonly files: Files }) | undefined> {
  const [row] = await sql<(StoredVersion & { files: Files })[]>`
    select ${sql.unsafe(VERSION)}, v.files from campaign_versions v where v.campaign = ${key} and v.number = ${number}`;
  return row;
}

/** The newest version that is older than this one, or null. */
export async function numberBefore(sql: Sql, key: string, number: number): Promise<number | null> {
  const [row] = await sql<{ number: number | null }[]>`
    select max(number) as number from campaign_versions where campaign = ${key} and number < ${number}`;
  return row?.number ?? null;
}

/** Newest first, below `before`. */
export function listVersions(
  sql: Sql,
  key: string,
  { before, limit }: { readonly before: number | null; readonly limit: number },
) {
  return sql<StoredVersion[]>`
    select ${sql.unsafe(VERSION)} from campaign_versions v
    where v.campaign = ${key} and v.number < ${before ?? 2_147_483_647}::int order by v.number desc limit ${limit}`;
}

/** The table that refers to the version, or null. At worst it reads both tables whole: only for a rare act of a person. */
export async function versionUse(sql: Sql, key: string, number: number): Promise<"reminders" | "deliveries" | null> {
  const version = String(number);
  const [row] = await sql<{ delivered: boolean; planned: boolean }[]>`
    select exists (
      select from deliveries d join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id and r.campaign = ${key}
      where d.campaign_version = ${version}) as delivered,
    exists (select from reminders where campaign = ${key} and campaign_version = ${version}) as planned`;
  return row?.delivered === true ? "deliveries" : row?.planned === true ? "reminders" : null;
}

export function deleteVersion(tx: Sql, key: string, number: number) {
  return tx`delete from campaign_versions where campaign = ${key} and number = ${number}`;
}

export type RunningCampaign = {
  readonly key: string;
  readonly number: number;
  readonly files: Files;
  readonly paused: boolean;
};

export type Running = {
  readonly revision: number;
  readonly campaigns: readonly RunningCampaign[];
  /** The names of the paused channels and shops. */
  readonly pausedChannels: readonly string[];
  readonly pausedShops: readonly string[];
  /** The paused payment methods, as core/values/payment-method.ts names them. */
  readonly pausedMethods: readonly string[];
  /** Those of the channels that are at fault themselves. */
  readonly faultyChannels: readonly string[];
};

type RunningRow = { revision: number; key: string | null; number: number; files: Files | null; paused: boolean } & Pick<
  Running,
  "pausedChannels" | "pausedShops" | "pausedMethods" | "faultyChannels"
>;

/** The running campaigns with their revision, and what is paused, from one snapshot. */
export async function readRunning(sql: Sql): Promise<Running> {
  const rows = await sql<RunningRow[]>`
    select r.*, v.campaign as key, v.number, v.files, c.paused_at is not null as paused
    from (select coalesce((select (value #>> '{}')::int from settings where key = 'campaigns_revision'), 0) as revision,
      (select coalesce(jsonb_agg(name), '[]') from pauses where kind = 'channel') as "pausedChannels",
      (select coalesce(jsonb_agg(name), '[]') from pauses where kind = 'channel' and code is not null) as "faultyChannels",
      (select coalesce(jsonb_agg(name), '[]') from pauses where kind = 'shop') as "pausedShops",
      (select coalesce(jsonb_agg(name), '[]') from pauses where kind = 'payment_method') as "pausedMethods") r
    left join campaigns c on c.retired_at is null
    left join campaign_versions v on v.campaign = c.key and v.number = c.current order by c.key collate "C"`;
  return {
    revision: rows[0]?.revision ?? 0,
    pausedChannels: rows[0]?.pausedChannels ?? [],
    faultyChannels: rows[0]?.faultyChannels ?? [],
    pausedShops: rows[0]?.pausedShops ?? [],
    pausedMethods: rows[0]?.pausedMethods ?? [],
    campaigns: rows.flatMap(({ key, number, files, paused }) =>
      key === null || files === null ? [] : [{ key, number, files, paused }],
    ),
  };
}

export type NewVersion = {
  readonly campaign: string;
  readonly digest: string;
  readonly files: Files;
  readonly by: string;
  readonly source: VersionSource;
  readonly from: number | null;
  readonly note: string | null;
  /** Digest of the files applied from a directory; undefined: as it was. */
  readonly appliedDigest?: string;
};

/** Makes the next version current, and returns its number. A retired campaign runs again; a paused one stays paused. */
export async function insertVersion(tx: Sql, version: NewVersion): Promise<number> {
  const { campaign, digest, files, by, source, from, note, appliedDigest = null } = version;
  const [row] = await tx<{ number: number }[]>`
    insert into campaign_versions (campaign, number, digest, files, created_at, created_by, source, from_version, note)
    select ${campaign}, coalesce(max(v.number), 0) + 1, ${digest}, ${JSON.stringify(files)}::text::jsonb, dunlin_now(), ${by}, ${source},
      ${from}, ${note}
    from campaign_versions v where v.campaign = ${campaign} returning number`;
  const number = row?.number ?? 0;
  await tx`
    insert into campaigns (key, current, applied_digest) values (${campaign}, ${number}, ${appliedDigest})
    on conflict (key) do update set current = excluded.current, retired_at = null,
      applied_digest = coalesce(excluded.applied_digest, campaigns.applied_digest)`;
  return number;
}

/** Records that the directory holds the current version, so that a later edit is recognised. */
export function markApplied(tx: Sql, key: string, digest: string) {
  return tx`update campaigns set applied_digest = ${digest}, retired_at = null where key = ${key}`;
}

export function markRetired(tx: Sql, key: string) {
  return tx`update campaigns set retired_at = dunlin_now() where key = ${key} and retired_at is null`;
}
