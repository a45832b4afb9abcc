/** Finds the columns of a file that the fields of an order come from. */

import { readId } from "../../core/order/id.ts";
import { didYouMean } from "../../core/text/suggest.ts";
import { FIELDS, type Field, type Profile } from "./profiles/profile.ts";
import type { CsvWords } from "./words.ts";

/** For each field the places of its columns, the preferred first. */
export type Columns = Readonly<Record<Field, readonly number[]>>;

/** FIELD=COLUMN of a request, by field. */
export type FieldMap = ReadonlyMap<Field, string>;

export type Header = {
  /** As people see them. */
  readonly names: readonly string[];
  /** In the form of `headingOf`. */
  readonly keys: readonly string[];
};

/** Case, width and blanks do not tell headings apart. */
export const headingOf = (text: string): string =>
  readId(text).normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();

export function readHeader(cells: readonly string[]): Header {
  const names = cells.map(readId);
  return { names, keys: names.map(headingOf) };
}

export type ChosenColumns =
  | { readonly ok: true; readonly columns: Columns }
  | { readonly ok: false; readonly faults: readonly string[] };

export function chooseColumns(
  header: Header,
  profile: Profile,
  { map, words }: { readonly map: FieldMap; readonly words: CsvWords },
): ChosenColumns {
  const faults: string[] = [];
  const entries = FIELDS.map((field): [Field, readonly number[]] => {
    const mapped = map.get(field);
    if (mapped !== undefined) return [field, placesOf(header, [mapped], field, faults, true)];
    return [field, placesOf(header, profile.columns[field] ?? [], field, faults, false)];
  });
  const columns = Object.fromEntries(entries) as Record<Field, readonly number[]>;
  const missing = (["id", "createdAt", "amount"] as const).filter(
    (field) => columns[field].length === 0 && !(field === "createdAt" && profile.createdIn !== undefined),
  );
  for (const field of missing)
    faults.push(`there is no column for ${field}${namedIn(profile, field)}: ${words.column(field)}`);
  if (columns.status.length === 0 && columns.paidAt.length === 0)
    faults.push(`there is no column that says what is paid: ${words.status}`);
  return faults.length === 0 ? { ok: true, columns } : { ok: false, faults };
}

const namedIn = (profile: Profile, field: Field): string => {
  const [first] = profile.columns[field] ?? [];
  return first === undefined ? "" : ` (${profile.name}: ${first})`;
};

function placesOf(
  { names, keys }: Header,
  wanted: readonly string[],
  field: Field,
  faults: string[],
  isRequired: boolean,
): number[] {
  return wanted.flatMap((name) => {
    const key = headingOf(name);
    const place = keys.indexOf(key);
    if (place < 0) {
      if (isRequired) faults.push(`--map ${field}: there is no column ${name}${didYouMean(name, names)}`);
      return [];
    }
    const again = keys.indexOf(key, place + 1);
    if (again >= 0)
      faults.push(
        `the column ${names[place]} is there twice (columns ${place + 1} and ${again + 1}): rename one of them`,
      );
    return [place];
  });
}

/** The names of the columns that nothing is read from. */
export function unusedColumns({ names }: Header, columns: Columns): string[] {
  const used = new Set(FIELDS.flatMap((field) => columns[field]));
  return names.filter((name, place) => name !== "" && !used.has(place));
}
