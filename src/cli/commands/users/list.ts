/** `dunlin users list` */
import { Command } from "commander";
import { formatInstant } from "../../../core/values/instant.ts";
import { listUsers } from "../../../db/stores/access/user-store.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

type Options = { readonly json?: boolean };

export const list: Describe = (cli) =>
  new Command("list")
    .description("List the names and roles of all people, disabled ones included")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("dunlin users list"))
    .action((options: Options) => runCommand(cli, (context) => listUsersCommand(context, options)));

export async function listUsersCommand(context: CommandContext, { json }: Options): Promise<void> {
  const users = await withDatabase(context, ({ sql }) => listUsers(sql));
  const at = (ms: number | null) => (ms === null ? null : formatInstant(Math.floor(ms), 0));
  const rows = users.map(({ id, name, role, created_at, created_by, disabled_at }) => ({
    ...{ id, name, role },
    createdAt: at(created_at),
    createdBy: created_by,
    disabledAt: at(disabled_at),
  }));
  if (json === true) return context.out(JSON.stringify(rows, null, 2));
  if (rows.length === 0)
    return context.note("nobody yet: `dunlin users create NAME --role admin` adds the first person");
  const columns = ["name", "role", "created", "by", "disabled"].map((title) => ({ title, align: "left" as const }));
  const cells = rows.map((row) => [row.name, row.role, row.createdAt ?? "", row.createdBy, row.disabledAt ?? ""]);
  context.out(textTable(columns, cells).trimEnd());
}
