/**
 * Template files that were parsed before. To parse and compile one takes a millisecond, and a campaign may have hundreds: when one changes,
 * the others are found here.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { memo } from "../../core/values/memo.ts";
import { parseTemplate, type TemplateName, type TemplateResult } from "./template-file.ts";
import { nameOf } from "./template-name.ts";

const MAX_KNOWN = 2_000;
const TURN_MS = 20;

const parsed = memo(MAX_KNOWN, (key: string): TemplateResult => {
  const { name, source }: { name: TemplateName; source: string } = JSON.parse(key);
  return parseTemplate(name, source);
});

/** The result of parseTemplate. */
export function knownTemplate(name: TemplateName, source: string): TemplateResult {
  return parsed(JSON.stringify({ name, source }));
}

/** Parses the files of a campaign, with turns for others, so that the catalog can then be built in one go. */
export async function parseInTurns(campaign: string, files: Readonly<Record<string, string>>): Promise<void> {
  let began = performance.now();
  for (const [file, source] of Object.entries(files)) {
    const name = nameOf(campaign, file);
    if (typeof name === "string") continue;
    knownTemplate(name, source);
    if (performance.now() - began < TURN_MS) continue;
    await nextTurn();
    began = performance.now();
  }
}
