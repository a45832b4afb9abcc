/** The audit trail: who changed what, when. Written in the transaction of the change itself. */
import type { Sql } from "../client.ts";
import { newId } from "../ids.ts";

/** Who does something: the name of an API key, or of who runs a command. */
export type Actor = { readonly who: string; readonly via: "http" | "cli" | "start" };

export type AuditEntry = {
  readonly action: string;
  /** The campaign or key that it is done to. */
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
