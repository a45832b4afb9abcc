/** `dunlin keys list` */
import { Command } from "commander";
import { formatInstant } from "../../../core/values/instant.ts";
import { listKeys } from "../../../db/stores/campaigns/key-store.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

type Options = { readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("list")
    .description("List the names and roles of all keys, revoked ones included")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("dunlin keys list"))
    .action((options: Options) => runCommand(cli, (context) => listKeysCommand(context, options)));

export async function listKeysCommand(context: CommandContext, { json }: Options): Promise<void> {
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
  context.note("not listed: the admin key of DUNLIN_API_KEY or of the data directory");
}
