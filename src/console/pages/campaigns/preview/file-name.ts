/** The parts of the name of a text: `<step>[.<variant>].<channel>.<locale>.hbs`. */
export type FileName = {
  readonly step: string;
  readonly variant: string | null;
  readonly channel: string;
  readonly locale: string;
};

export type PhraseName = { readonly n: number; readonly name: string; readonly locale: string };

/** `phrases/<n>-<name>.<locale>.hbs`: a phrase of the staff. null: another file. */
export function phraseNameOf(file: string): PhraseName | null {
  const [, n, name, locale] = /^phrases\/([1-9])-([a-z0-9-]+)\.([^./]+)\.hbs$/i.exec(file) ?? [];
  return n === undefined || name === undefined || locale === undefined ? null : { n: Number(n), name, locale };
}

export const isPhraseName = (file: string): boolean => phraseNameOf(file) !== null;

/** null: it is no name of a text. */
export function fileNameOf(file: string): FileName | null {
  const match = /^([^.]+)(?:\.([^.]+))?\.([^.]+)\.([^.]+)\.hbs$/.exec(file);
  if (match === null) return null;
  const [, step = "", variant, channel = "", locale = ""] = match;
  return { step, variant: variant ?? null, channel, locale };
}
