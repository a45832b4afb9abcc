/** The parts that `campaigns diff` and `campaigns apply` share: the checked directory, and how changes are printed. */
import { type CheckedDirectory, checkDirectory } from "../../../campaigns/apply.ts";
import type { PlannedChange } from "../../../campaigns/plan-apply.ts";
import { catalogOptions } from "../../../render/catalog/catalog-options.ts";
import { type CommandContext, CommandError } from "../../context.ts";
import { changeJson, changesText } from "./changes-text.ts";

/** `dir` undefined: DUNLIN_TEMPLATES. */
export function checkedDirectory({ config }: CommandContext, dir: string | undefined): CheckedDirectory {
  const result = checkDirectory(dir ?? config.templatesDir, catalogOptions(config));
  if (!result.ok) throw new CommandError(result.faults.join("\n"));
  return result.directory;
}

type Changes = { readonly kind: string; readonly changes: readonly PlannedChange[] };

export function printChanges(
  { out }: CommandContext,
  { shownAs }: CheckedDirectory,
  { kind, changes }: Changes,
  json: boolean,
): void {
  if (json) out(JSON.stringify({ directory: shownAs, result: kind, changes: changes.map(changeJson) }, null, 2));
  else out(changesText(changes, shownAs));
}
