/** Unsaved changes of a campaign: which files, against which version, and what becomes of them when somebody else saves first. */
export type Texts = Readonly<Record<string, string>>;
/** A saved version; campaign.yaml is one of its texts. */
export type Base = { readonly version: number; readonly texts: Texts };
/** New texts by file; null: the file is removed. A file that is as in the base is not among them. */
export type Changes = Readonly<Record<string, string | null>>;
export type Draft = { readonly base: Base; readonly changes: Changes };

export const CAMPAIGN_FILE = "campaign.yaml";

type Saved = { readonly version: number; readonly yaml: string; readonly templates: Texts };
export const baseOf = ({ version, yaml, templates }: Saved): Base => ({
  version,
  texts: { [CAMPAIGN_FILE]: yaml, ...templates },
});

export function textsOf({ base, changes }: Draft): Texts {
  const texts = Object.entries({ ...base.texts, ...changes });
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** null: nothing is changed any more. */
export function edited({ base, changes }: Draft, file: string, text: string | null): Draft | null {
  const { [file]: _, ...others } = changes;
  const same = text === (base.texts[file] ?? null);
  const next = same ? others : { ...others, [file]: text };
  return Object.keys(next).length === 0 ? null : { base, changes: next };
}

/** Files that both changed, in different ways. */
export const conflicts = ({ base, changes }: Draft, theirs: Base): string[] =>
  Object.keys(changes).filter((file) => {
    const [before, now = null] = [base.texts[file] ?? null, theirs.texts[file] ?? null];
    return now !== before && now !== changes[file];
  });

/** The changes on top of another version, without those of the files in `dropped`. null: nothing is left. */
export function rebased({ changes }: Draft, theirs: Base, dropped: readonly string[]): Draft | null {
  let draft: Draft | null = null;
  for (const [file, text] of Object.entries(changes))
    if (!dropped.includes(file)) draft = edited(draft ?? { base: theirs, changes: {} }, file, text) ?? null;
  return draft;
}
