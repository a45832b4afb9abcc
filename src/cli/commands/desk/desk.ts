/** `dunlin desk`: the tasks of the staff. */
import { Command } from "commander";
import { listTasks, type Task } from "../../../followup/desk/list.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, commandActor, openVault, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { claimCommand, releaseCommand } from "./claim.ts";
import { outcomeCommand } from "./outcome.ts";
import { phrasesCommand } from "./phrases.ts";
import { promisesCommand } from "./promises.ts";
import { reportCommand } from "./report.ts";
import { staffCommand } from "./staff.ts";
import { takeCommand } from "./take.ts";
import { touchCommand } from "./touch.ts";

type Options = { readonly mine?: boolean; readonly shop?: string; readonly done?: boolean; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("desk")
    .description("List the cases that people take care of, and record what came of them")
    .option("--mine", "only those that you have, by the name of your user on this machine")
    .option("--shop <shop>", "only those of this shop", notEmpty)
    .option("--done", "the last 50 that are done, instead of those to be done")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("dunlin desk", "dunlin desk claim 3f2a81bc", "dunlin desk outcome 3f2a81bc done"))
    .action((options: Options) => runCommand(cli, (context) => list(context, options)))
    .addCommand(claimCommand(cli))
    .addCommand(takeCommand(cli))
    .addCommand(releaseCommand(cli))
    .addCommand(touchCommand(cli))
    .addCommand(outcomeCommand(cli))
    .addCommand(staffCommand(cli))
    .addCommand(promisesCommand(cli))
    .addCommand(phrasesCommand(cli))
    .addCommand(reportCommand(cli));

/** As many characters of an id as a command takes for the whole. */
const SHORT = 8;

async function list(context: CommandContext, { mine, shop, done, json }: Options): Promise<void> {
  const { config } = context;
  const tasks = await withDatabase(context, async ({ sql }) => {
    const vault = await openVault(context, sql);
    const found: Task[] = [];
    const filter = { shop: shop ?? null, kind: null, sort: "closes" } as const;
    const state = done === true ? ("done" as const) : null;
    const assignee = mine === true ? commandActor().who : null;
    const deps = { sql, vault, zoneOf: (id: string) => config.shop(id)?.timeZone ?? "UTC" };
    for (let cursor: string | null = null; ; ) {
      const page = await listTasks(deps, {
        ...filter,
        state,
        assignee,
        phones: true,
        limit: done === true ? 50 : 500,
        cursor,
      });
      found.push(...(page?.items ?? []));
      cursor = page?.next ?? null;
      if (cursor === null || done === true) return found;
    }
  });
  if (json === true) return context.out(JSON.stringify(tasks, null, 2));
  if (tasks.length === 0)
    return context.note(
      mine === true
        ? "you have no task: `dunlin desk` lists those of all"
        : "nothing to do: no case is left to a person",
    );
  const titles = ["id", "kind", "shop", "orders", "amount", "buyer", "closes", done === true ? "ended" : "who"];
  const columns = titles.map((title) => ({ title, align: "left" as const }));
  context.out(textTable(columns, tasks.map(cellsOf)).trimEnd());
}

const cellsOf = (task: Task): string[] => [
  task.id.slice(0, SHORT),
  task.kind,
  task.shop,
  task.orders.join(" "),
  task.amount.map(({ amount, currency }) => `${amount} ${currency}`).join(" + "),
  task.buyer ?? "",
  task.closesAt ?? "",
  task.state === "done" ? (task.outcome ?? task.why ?? "") : whoOf(task),
];

const whoOf = ({ assignee, leaseUntil, assignedUntil, dueAt }: Task): string => {
  if (assignee !== null && leaseUntil !== null) return `${assignee} until ${leaseUntil}`;
  if (assignee !== null) return assignedUntil === null ? `for ${assignee}` : `for ${assignee} until ${assignedUntil}`;
  return dueAt === null ? "" : `due ${dueAt}`;
};
