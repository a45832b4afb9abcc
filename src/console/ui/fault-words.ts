/** Faults of what was sent: in words, with the names that the form shows for its fields, or at the fields themselves. */

import { faultZh } from "./fault-zh.ts";

export type Fault = {
  readonly field?: string | undefined;
  readonly parameter?: string | undefined;
  readonly file?: string | undefined;
  readonly message: string;
};
/** By the last name of a field: `shops` for `items[1].shops[0]`. */
export type Labels = Readonly<Record<string, string>>;

export const labelsOf = <Name extends string>(fields: readonly Name[], label: (field: Name) => string): Labels =>
  Object.fromEntries(fields.map((field) => [field, label(field)]));

/** A failure for which the console has words of its own in each language; null: it has none. */
export function ownWords({ code, status }: { readonly code: string; readonly status: number }) {
  if (code === "offline" || code === "forbidden") return code;
  if (code === "rate_limited") return "limited";
  // Without a code a proxy has answered.
  return code === "store_unavailable" || (code === "unreadable" && status === 503) ? "unavailable" : null;
}

const MAX_FAULTS = 3;

/** Most messages begin with their field. */
const withoutField = ({ field, message }: Fault): string =>
  field !== undefined && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;

/** `items[1].costPerHour.amount`: items, costPerHour, amount. */
const namesOf = (field: string): string[] => field.split(/\[\d+\]|\./).filter((name) => name !== "");

const MARKS = { en: { colon: ": ", semicolon: "; " }, zh: { colon: "：", semicolon: "；" } } as const;
type FaultLocale = keyof typeof MARKS;

const inWords = (message: string, locale: FaultLocale): string =>
  locale === "zh" ? (faultZh(message) ?? message) : message;

function wordsOf(fault: Fault, labels: Labels, locale: FaultLocale): string {
  const { field, parameter, file, message } = fault;
  const { colon } = MARKS[locale];
  const label = field === undefined ? undefined : labels[namesOf(field).at(-1) ?? ""];
  if (label !== undefined) return `${label}${colon}${inWords(withoutField(fault), locale)}`;
  const place = parameter ?? file ?? field;
  if (place === undefined || place === "") return inWords(message, locale);
  const rest = message.startsWith(`${place}: `) ? message.slice(place.length + 2) : message;
  return `${place}${colon}${inWords(rest, locale)}`;
}

/** The first ones. */
export const faultWords = (faults: readonly Fault[], labels: Labels = {}, locale: FaultLocale = "en"): string =>
  faults
    .slice(0, MAX_FAULTS)
    .map((fault) => wordsOf(fault, labels, locale))
    .join(MARKS[locale].semicolon);

/** For a list `items` that was sent as a whole: the faults of the row at the place, by field. null: it has none, or something else has one, too. */
export function rowFaults<Name extends string>(
  faults: readonly Fault[],
  place: number,
  fields: readonly Name[],
  locale: FaultLocale = "en",
): Partial<Record<Name, string>> | null {
  const own = faults.flatMap((fault) => {
    const [row, rest] = /^items\[(\d+)\]\.(.+)$/.exec(fault.field ?? "")?.slice(1) ?? [];
    const name = namesOf(rest ?? "").findLast((part) => fields.some((each) => each === part));
    return Number(row) === place && name !== undefined ? [[name, inWords(withoutField(fault), locale)] as const] : [];
  });
  return own.length === 0 || own.length < faults.length ? null : (Object.fromEntries(own) as Record<Name, string>);
}
