/** The parts of the name of a text: `<step>[.<variant>].<channel>.<locale>.hbs`. */
export type FileName = {
  readonly step: string;
  readonly variant: string | null;
  readonly channel: string;
  readonly locale: string;
};

/** `phrases/<n>-<name>.<locale>.hbs`: a phrase of the staff. */
export const isPhraseName = (file: string): boolean => /^phrases\/[1-9]-[a-z0-9-]+\.[^./]+\.hbs$/i.test(file);

/** null: it is no name of a text. */
export function fileNameOf(file: string): FileName | null {
  const match = /^([^.]+)(?:\.([^.]+))?\.([^.]+)\.([^.]+)\.hbs$/.exec(file);
  if (match === null) return null;
  const [, step = "", variant, channel = "", locale = ""] = match;
  return { step, variant: variant ?? null, channel, locale };
}
