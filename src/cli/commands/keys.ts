/** `dunlin keys create|list|revoke`: API keys and what they may do. A key is shown once; only its digest is kept. */
import { formatInstant } from "../../core/values/instant.ts";
import type { KeyRole } from "../../core/values/role.ts";
import { createKey, listKeys, revokeKey } from "../../db/stores/campaigns/key-store.ts";
import { textTable } from "../../reporting/text-table.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../context.ts";

type Json = { readonly json?: boolean };

export async function createKeyCommand(
  context: CommandContext,
  name: string,
  { role, json }: Json & { readonly role: KeyRole },
): Promise<void> {
  const key = await withDatabase(context, ({ sql }) => createKey(sql, commandActor(), name, role));
  if (key === null)
    throw new CommandError(`there is, or was, a key ${name}: take another name, so that the audit trail stays clear`);
  if (json === true) context.out(JSON.stringify({ name, role, key }));
  else {
    context.note(`${role} key ${name}, shown this once:`);
    context.out(key);
  }
}

export async function listKeysCommand(context: CommandContext, { json }: Json): Promise<void> {
  const keys = await withDatabase(context, ({ sql }) => listKeys(sql));
  const at = (ms: number | null) => (ms === null ? null : formatInstant(Math.floor(ms), 0));
  const rows = keys.map(({ id, name, role, created_at, created_by, revoked_at }) => ({
    id,
    name,
    role,
    createdAt: at(created_at),
    createdBy: created_by,
    revokedAt: at(revoked_at),
  }));
  if (json === true) return context.out(JSON.stringify(rows, null, 2));
  const columns = ["name", "role", "created", "by", "revoked"].map((title) => ({ title, align: "left" as const }));
  const cells = rows.map((row) => [row.name, row.role, row.createdAt ?? "", row.createdBy, row.revokedAt ?? ""]);
  context.out(textTable(columns, cells).trimEnd());
  context.note("beside these there is the admin key of DUNLIN_API_KEY, or of the data directory");
}

export async function revokeKeyCommand(context: CommandContext, name: string): Promise<void> {
  const revoked = await withDatabase(context, ({ sql }) => revokeKey(sql, commandActor(), name));
  if (revoked === null) throw new CommandError(`there is no key ${name}: \`dunlin keys list\` lists them`);
  context.out(revoked ? `${name} opens nothing any more, within five seconds.` : `${name} was revoked already.`);
}
