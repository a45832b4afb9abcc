/** The audit trail: who changed what, when. Written in the transaction of the change itself. */
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";

/** The person who does something: the name of an API key, or of the user who runs a command. */
export type Actor = { readonly who: string; readonly via: "http" | "cli" | "start" | "timer" };

export type AuditEntry = {
  readonly action: string;
  /** The campaign, channel, shop or key that is changed. */
  readonly subject: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly note: string | null;
};

export function insertAudit(tx: Sql, { who, via }: Actor, { action, subject, from, to, note }: AuditEntry) {
  return tx`
    insert into audit (id, at, who, via, action, subject, from_version, to_version, note)
    values (${newId()}, dunlin_now(), ${who}, ${via}, ${action}, ${subject}, ${from}, ${to}, ${note})`;
}

export type AuditFilter = {
  readonly who: string | null;
  readonly action: string | null;
  readonly subject: string | null;
  /** Epoch ms, [from, to). */
  readonly from: number | null;
  readonly to: number | null;
};

export type AuditRow = {
  readonly id: string;
  readonly at: number;
  readonly who: string;
  readonly via: Actor["via"];
  readonly action: string;
  readonly subject: string;
  readonly from_version: number | null;
  readonly to_version: number | null;
  readonly note: string | null;
};

/** Newest first. `before`: the last id of the previous page. */
export function findAudit(
  sql: Sql,
  { who, action, subject, from, to }: AuditFilter,
  { before, limit }: { readonly before: string | null; readonly limit: number },
) {
  return sql<AuditRow[]>`
    select id, at, who, via, action, subject, from_version, to_version, note from audit
    where (${before}::uuid is null or id < ${before}::uuid) and (${who}::text is null or who = ${who})
      and (${action}::text is null or action = ${action}) and (${subject}::text is null or subject = ${subject})
      and at >= ${from === null ? "-infinity" : new Date(from).toISOString()}::timestamptz
      and at < ${to === null ? "infinity" : new Date(to).toISOString()}::timestamptz
    order by id desc limit ${limit}`;
}
