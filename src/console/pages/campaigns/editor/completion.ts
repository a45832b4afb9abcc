/** Completion: inside `{{…}}` of a text its variables and helpers, at the beginning of a line of campaign.yaml its keys. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { BLOCKS, CAMPAIGN_KEYS, HELPERS, ITEM_FIELDS, ORDER_FIELDS, VARIABLES } from "./names.ts";

const FIELDS = [...new Set<string>([...ORDER_FIELDS, ...ITEM_FIELDS])].filter((name) => !VARIABLES.includes(name));
const IN_TEXT: readonly Completion[] = [
  ...VARIABLES.map((label) => ({ label, type: "variable", boost: 10 })),
  ...Object.entries(HELPERS).map(([label, apply]) => ({ label, apply, detail: apply, type: "function", boost: 5 })),
  ...BLOCKS.flatMap((name) => [
    { label: `#${name}`, type: "keyword" },
    { label: `/${name}`, type: "keyword" },
  ]),
  { label: "else", type: "keyword" },
  // The fields of an element, within #each.
  ...FIELDS.map((label) => ({ label, type: "property", boost: -10 })),
];
const IN_YAML: readonly Completion[] = CAMPAIGN_KEYS.map((label) => ({ label, apply: `${label}: `, type: "property" }));

export function completeText(context: CompletionContext): CompletionResult | null {
  if (context.matchBefore(/\{\{[^{}]*$/) === null) return null;
  const word = context.matchBefore(/[#/]?[\w.]*$/);
  return { from: word?.from ?? context.pos, options: IN_TEXT, validFor: /^[#/]?[\w.]*$/ };
}

export function completeYaml(context: CompletionContext): CompletionResult | null {
  const line = context.matchBefore(/^\w*$/);
  if (line === null || (line.from === line.to && !context.explicit)) return null;
  return { from: line.from, options: IN_YAML, validFor: /^\w*$/ };
}
