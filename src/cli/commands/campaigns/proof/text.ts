/** The proof sheet for a terminal and for a spreadsheet. */
import { formatDuration } from "../../../../core/values/duration.ts";
import type { Anchor } from "../../../../core/values/policy.ts";
import { LENGTHS, type ProofCampaign, type ProofExample, type ProofText } from "../../../../render/proof/proof.ts";
import { csvLines, csvText } from "../../../../reporting/text-table.ts";

/** So that Excel reads it as UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";

export const whenOf = ({ kind, ms }: Anchor): string =>
  `${formatDuration(ms)} ${kind === "afterCreated" ? "after the order" : "before it closes"}`;

/** `2 segments, 0.09 CNY`; a chat message has neither. */
export function priceOf(example: ProofExample): string {
  if ("fault" in example) return "not sent";
  const { segments, characters, cost } = example;
  const counted = segments === null ? `${characters} characters` : `${segments} segment${segments === 1 ? "" : "s"}`;
  return cost === null ? counted : `${counted}, ${cost.amount} ${cost.currency}`;
}

export const linesOf = (example: ProofExample): string[] =>
  ("fault" in example ? `no text: ${example.fault}` : example.text).split("\n");

/** `aliyun: signName 晴雨, templateCode SMS_1`; null: the text is sent as it is. */
export const approvedOf = ({ approved }: ProofText): string | null =>
  approved === null
    ? null
    : `${approved.section}: ${Object.entries(approved.fields)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ")}`;

export function summaryOf(campaigns: readonly ProofCampaign[]): string {
  const texts = campaigns.flatMap((campaign) => campaign.texts);
  const warnings = campaigns.reduce((sum, campaign) => sum + campaign.warnings.length, 0);
  const all = texts.reduce((sum, text) => sum + text.warnings.length, warnings);
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  return `${count(campaigns.length, "campaign")}, ${count(texts.length, "text")}, ${count(all, "warning")}`;
}

export function proofTable(campaigns: readonly ProofCampaign[]): string {
  const lines = campaigns.flatMap(({ key, name, warnings, texts }) => [
    `${key}: ${name}`,
    ...warnings.map((warning) => `  ! campaign.yaml, ${warning}`),
    ...texts.flatMap((text) => ["", ...textLines(text)]),
    "",
  ]);
  return printable([...lines, summaryOf(campaigns)].join("\n"));
}

function textLines(text: ProofText): string[] {
  const variant = text.variant === null ? "" : `  variant ${text.variant}`;
  const approved = approvedOf(text);
  return [
    `  ${text.step}  ${text.channel} (${text.provider})  ${text.locale}${variant}  ${whenOf(text.at)}`,
    ...LENGTHS.flatMap((length) => {
      const example = text.examples[length];
      return [`    ${length}: ${priceOf(example)}`, ...linesOf(example).map((line) => `      ${line}`.trimEnd())];
    }),
    ...(approved === null ? [] : [`    template ${approved}`]),
    ...(text.approved?.params ?? []).map(({ name, source, usual }) => `      ${name} = ${source} → ${usual ?? "-"}`),
    ...text.warnings.map((warning) => `    ! ${warning}`),
  ];
}

/** Texts come from files: a control character in one must not reach the terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, (char) => (char === "\n" ? "\n" : "�"));

const COLUMNS = ["campaign", "step", "at", "channel", "provider", "locale", "variant", "category"];
const OF_LENGTH = ["text", "segments", "characters", "cost"];

/** One line a text, with a byte order mark; money in columns of its own. */
export function proofCsv(campaigns: readonly ProofCampaign[]): string {
  const head = [
    ...COLUMNS,
    ...LENGTHS.flatMap((length) => OF_LENGTH.map((column) => `${length}_${column}`)),
    ...["currency", "encoding", "approved_template", "approved_params", "warnings", "file", "version"],
  ];
  const rows = campaigns.flatMap(({ key, texts }) => texts.map((text) => csvRow(key, text)));
  return BYTE_ORDER_MARK + csvLines([head, ...rows]);
}

function csvRow(campaign: string, text: ProofText): string[] {
  const made = LENGTHS.map((length) => text.examples[length]);
  const first = made.find((example) => !("fault" in example));
  const cells = made.flatMap((example) =>
    "fault" in example
      ? [`no text: ${example.fault}`, "", "", ""]
      : [
          example.text,
          example.segments === null ? "" : String(example.segments),
          String(example.characters),
          example.cost?.amount ?? "",
        ],
  );
  const params = (text.approved?.params ?? []).map(({ name, source }) => `${name}=${source}`);
  return [
    ...[
      campaign,
      text.step,
      whenOf(text.at),
      text.channel,
      text.provider,
      text.locale,
      text.variant ?? "",
      text.category,
    ],
    ...cells,
    first === undefined || "fault" in first ? "" : (first.cost?.currency ?? ""),
    first === undefined || "fault" in first ? "" : first.encoding,
    ...[approvedOf(text) ?? "", params.join("; "), text.warnings.join("\n"), text.file, text.version],
  ].map(csvText);
}
