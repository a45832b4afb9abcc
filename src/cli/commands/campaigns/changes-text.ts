/** The changes that `campaigns diff` and `apply` print: as text with the changed lines of each file, or as JSON. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { AppliedChange } from "../../../campaigns/apply.ts";
import type { PlannedChange, PlannedKind } from "../../../campaigns/plan-apply.ts";
import { formatInstant } from "../../../core/values/instant.ts";
import type { Files } from "../../../db/stores/campaigns/campaign-store.ts";
import { printable } from "../../../reporting/text-table.ts";

export type FileChange = {
  readonly name: string;
  readonly change: "added" | "changed" | "removed";
  readonly diff: string;
};

export type ChangeJson = {
  readonly campaign: string;
  readonly change: PlannedKind;
  readonly fromVersion: number | null;
  /** null: no version was made. */
  readonly toVersion: number | null;
  readonly files: readonly FileChange[];
};

export function changeJson(change: PlannedChange | AppliedChange): ChangeJson {
  return {
    campaign: change.campaign,
    change: change.kind,
    fromVersion: change.stored?.number ?? null,
    toVersion: "number" in change ? change.number : null,
    files: fileChanges(change),
  };
}

const DIFFER: readonly PlannedKind[] = ["create", "change", "conflict"];

function fileChanges({ kind, stored, files }: PlannedChange): FileChange[] {
  if (!DIFFER.includes(kind) || files === null) return [];
  return differences(stored?.files ?? {}, files, stored === null ? "" : `version ${stored.number}`, "directory");
}

/** The files that differ, by name. `old` and `now` say where the texts are from. */
export function differences(before: Files, files: Files, old: string, now: string): FileChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(files)])].sort();
  return names.flatMap((name): FileChange[] => {
    const [text, next] = [before[name], files[name]];
    if (text === next) return [];
    const change = text === undefined ? "added" : next === undefined ? "removed" : "changed";
    return [{ name, change, diff: patch(name, [old, text ?? ""], [now, next ?? ""]) }];
  });
}

function patch(name: string, [from, old]: [string, string], [to, now]: [string, string]): string {
  const text = createTwoFilesPatch(name, name, old, now, from, to, {
    context: 2,
    headerOptions: FILE_HEADERS_ONLY,
  });
  // Control characters of a file must not reach the terminal. Tabs stay: in a patch they follow the file name.
  const harmless = (line: string) => line.split("\t").map(printable).join("\t");
  return text.split("\n").map(harmless).join("\n");
}

/** One block for each campaign that differs. Unchanged campaigns are counted. */
export function changesText(changes: readonly (PlannedChange | AppliedChange)[], shownAs: string): string {
  const blocks = changes.filter(({ kind }) => kind !== "unchanged").map((change) => blockOf(change, shownAs));
  const unchanged = changes.length - blocks.length;
  if (blocks.length === 0) return `${unchanged} campaign(s), all the same as in ${shownAs}`;
  return [...blocks, unchanged === 0 ? "" : `${unchanged} campaign(s) unchanged`]
    .filter((text) => text !== "")
    .join("\n");
}

function blockOf(change: PlannedChange | AppliedChange, shownAs: string): string {
  const { campaign, kind, stored } = change;
  const made = "number" in change ? change.number : null;
  const to = made === null ? "" : `, now version ${made}`;
  const diffs = kind === "create" ? [] : fileChanges(change).map(({ diff }) => diff.trimEnd());
  return [`${campaign}: ${describeChange(kind, stored, shownAs)}${to}`, ...diffs].join("\n");
}

function describeChange(kind: PlannedKind, stored: PlannedChange["stored"], shownAs: string): string {
  const version = stored === null ? "" : `version ${stored.number}`;
  switch (kind) {
    case "create":
      return "new";
    case "change":
      return `differs from ${version}`;
    case "unchanged":
      return "unchanged";
    case "conflict":
      return `CONFLICT: edited in the database since the last apply: ${version} by ${madeBy(stored)}`;
    case "missing":
      return `not in ${shownAs}: keeps running as ${version}; apply --prune retires it`;
    case "retire":
      return `not in ${shownAs}: retired`;
    case "database-only":
      return `only in the database (${version}, by ${madeBy(stored)}): not changed`;
  }
}

function madeBy(stored: PlannedChange["stored"]): string {
  if (stored === null) return "nobody";
  return `${printable(stored.created_by)} (${stored.source}) at ${formatInstant(Math.floor(stored.created_at), 0)}`;
}
