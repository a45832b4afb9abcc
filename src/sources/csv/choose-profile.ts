/** Chooses the profile of a file: the one that is asked for, else the first whose headings the file has. */
import type { FieldMap, Header } from "./columns.ts";
import { headingOf } from "./columns.ts";
import { PROFILES, plain } from "./profiles/all.ts";
import type { Profile } from "./profiles/profile.ts";
import type { CsvWords } from "./words.ts";

export type ChosenProfile =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly message: string };

const SHOWN = 40;

export function chooseProfile(
  header: Header,
  request: { readonly profile: string | null; readonly map: FieldMap; readonly words: CsvWords },
): ChosenProfile {
  const fits = ({ known }: Profile) => known.every((name) => header.keys.includes(headingOf(name)));
  const asked = PROFILES.filter(({ name }) => name === request.profile);
  const found = (request.profile === null ? PROFILES : asked).find(fits) ?? asked[0];
  if (found !== undefined) return { ok: true, profile: found };
  // A row of an export holds times and phone numbers: it is not repeated.
  if (header.names.some((name) => /\d{6}|\d[-/.:]\d\d?[-/.:]\d|@/.test(name)))
    return { ok: false, message: "row 1: holds values: the first row must name the columns" };
  if (request.map.size > 0) return { ok: true, profile: plain };
  const names = header.names.filter((name) => name !== "");
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : "";
  return {
    ok: false,
    message: `no profile fits its columns (${names.slice(0, SHOWN).join(", ")}${more}): ${request.words.columns}`,
  };
}
