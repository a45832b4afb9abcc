/** `dunlin desk staff`: who takes care of tasks, and when. */
import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { stringify } from "yaml";
import { z } from "zod";
import { commonZone } from "../../../config/shops.ts";
import { type RosterFault, shiftListShape, staffListShape, toStaff } from "../../../core/desk/roster.ts";
import { isUtf8 } from "../../../core/text/json.ts";
import { parseYaml } from "../../../core/text/yaml-doc.ts";
import { formatFault } from "../../../core/text/yaml-faults.ts";
import { formatInstant } from "../../../core/values/instant.ts";
import { offsetMinutes } from "../../../core/values/zone.ts";
import { applyRoster, shiftList, staffList, whoIsOn } from "../../../followup/desk/roster.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

const fileShape = z.strictObject({ staff: staffListShape, shifts: shiftListShape.optional() });
const MAX_LENGTH = 1_000_000;

export const staffCommand: Describe = (cli) =>
  new Command("staff")
    .description("Show who is on shift, until when, and how many tasks each has")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin desk staff", "dunlin desk staff apply staff.yaml"))
    // `dunlin desk` has the option too, and takes it first.
    .action((_options: unknown, self: Command) => runCommand(cli, (context) => show(context, self.optsWithGlobals())))
    .addCommand(
      new Command("apply")
        .description("Replace the staff and their shifts by those of a file")
        .argument("<file>", "YAML with the lists `staff` and `shifts`")
        .addHelpText("after", examples("dunlin desk staff apply staff.yaml"))
        .action((file: string) => runCommand(cli, (context) => apply(context, file))),
    )
    .addCommand(
      new Command("export")
        .description("Write the staff and their shifts to a file that apply takes")
        .argument("<file>", "a new file; - is stdout")
        .addHelpText("after", examples("dunlin desk staff export staff.yaml"))
        .action((file: string) => runCommand(cli, (context) => exportTo(context, file))),
    );

async function show(context: CommandContext, { json }: { readonly json?: boolean }): Promise<void> {
  const people = await withDatabase(context, ({ sql }) => whoIsOn(sql));
  const zone = commonZone(context.config);
  const rows = people.map(({ name, until, openTasks }) => ({
    name,
    until: until === null ? null : formatInstant(Math.floor(until), offsetMinutes(zone, until)),
    openTasks,
  }));
  if (json === true) return context.out(JSON.stringify(rows, null, 2));
  if (rows.length === 0)
    return context.note("there is no staff: `dunlin desk staff apply FILE` or PUT /v1/staff adds people");
  const columns = ["name", "on shift until", "tasks"].map((title) => ({ title, align: "left" as const }));
  const cells = rows.map(({ name, until, openTasks }) => [name, until ?? "off", String(openTasks)]);
  context.out(textTable(columns, cells).trimEnd());
}

async function apply(context: CommandContext, file: string): Promise<void> {
  const parsed = parseYaml(textOf(file), fileShape, { maxLength: MAX_LENGTH });
  if (!parsed.ok) throw new CommandError(parsed.faults.map((fault) => formatFault(file, fault)).join("\n"));
  const { staff, shifts = [] } = parsed.value;
  const deps = { isShop: (shop: string) => context.config.shop(shop) !== null };
  const members = toStaff(staff);
  const result = await withDatabase(context, ({ sql }) =>
    applyRoster({ ...deps, sql }, commandActor(), { members, shifts }),
  );
  if (result.kind === "applied") return context.out(`${members.length} people, ${shifts.length} shifts`);
  const lines = (list: "staff" | "shifts", faults: readonly RosterFault[]) =>
    faults.map(({ place, field, message }) =>
      formatFault(file, { line: parsed.lineOf([list, place, field]), path: `${list}[${place}].${field}`, message }),
    );
  throw new CommandError([...lines("staff", result.staff), ...lines("shifts", result.shifts)].join("\n"));
}

function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CommandError(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes, text)) throw new CommandError(`${file}: is not UTF-8 text: save it as UTF-8`);
  return text;
}

async function exportTo(context: CommandContext, file: string): Promise<void> {
  const { staff, shifts } = await withDatabase(context, async ({ sql }) => ({
    staff: (await staffList(sql)).items,
    shifts: (await shiftList(sql)).items,
  }));
  const text = stringify({ staff: staff.map(withoutDefaults), shifts });
  if (file === "-") return context.out(text.trimEnd());
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new CommandError(`${file}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  context.out(`${file}: ${staff.length} people, ${shifts.length} shifts`);
}

/** Keys without a value are left out. */
const withoutDefaults = (member: object) =>
  Object.fromEntries(Object.entries(member).filter(([, value]) => value !== null && value !== true));
