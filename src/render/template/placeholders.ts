/** Faults for placeholders of other systems, each with the variable to write instead. */
import { type Foreign, findForeign } from "../names/foreign.ts";
import { meant } from "../names/meanings.ts";
import type { TemplateFault } from "./checked.ts";
import { kindOf, VARIABLES } from "./variables.ts";

export function foreignFaults(text: string): TemplateFault[] {
  return findForeign(text, (path) => kindOf(path) !== null).map((foreign) => ({
    line: text.slice(0, foreign.offset).split("\n").length,
    message: `${shown(foreign)} looks like a variable: ${remedy(foreign.name)}`,
  }));
}

const shown = ({ written }: Foreign): string => written.replace(/\s+/g, " ").slice(0, 80);

function remedy(name: string): string {
  const path = [name, ...meant(name, "root")].find((each) => kindOf(each) !== null);
  if (path !== undefined) return `write ${written(path)}`;
  const numbered = /^\d/.test(name) ? "; numbers belong to an approved template, which the front matter names" : "";
  return `write {{total}} or another of ${VARIABLES.join(", ")} in double braces, or take the signs around it away${numbered}`;
}

/** The expression that prints the variable: a list and a group cannot be printed as they are. */
function written(path: string): string {
  const kind = kindOf(path);
  if (typeof kind !== "object" || kind === null) return `{{${path}}}`;
  if ("list" in kind) return `{{list ${path}}}`;
  const [field = ""] = Object.keys(kind.object);
  return `{{${path}.${field}}}`;
}
