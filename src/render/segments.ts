/** How many SMS a text is billed as. Limits from the GSM 03.38 alphabet and from the mainland carriers' counting rule. */

export type SegmentCount = {
  readonly segments: number;
  readonly encoding: "GSM-7" | "UCS-2";
  /** In the units that count against a segment: septets for GSM-7 (some characters take two), UTF-16 units otherwise. */
  readonly characters: number;
};

/** The longest SMS that mainland carriers take, in characters, the signature included. */
export const MOST_MAINLAND = 500;

const GSM_BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENDED = "\f|^€{}[]~\\";
const SEPTETS = new Map<string, number>([
  ...[...GSM_BASIC].map((char): [string, number] => [char, 1]),
  ...[...GSM_EXTENDED].map((char): [string, number] => [char, 2]),
]);

/** `to`: E.164 or "". To +86 every character counts one, 70 or 67 a segment; elsewhere GSM-7 (160/153) if the text allows it, else UCS-2 (70/67). An empty text is no segment. */
export function countSegments(text: string, to: string): SegmentCount {
  if (!to.startsWith("+86")) {
    const characters = septets(text);
    if (characters !== null) return fill(text, characters, septetsOf, "GSM-7", 160, 153);
  }
  return fill(text, text.length, (char) => char.length, "UCS-2", 70, 67);
}

/** Whether the text can be sent in the GSM-7 alphabet, where an SMS holds more than twice as much. */
export function isGsm7(text: string): boolean {
  return septets(text) !== null;
}

const septetsOf = (char: string): number => SEPTETS.get(char) ?? 0;

function septets(text: string): number | null {
  let sum = 0;
  for (const char of text) {
    const size = septetsOf(char);
    if (size === 0) return null;
    sum += size;
  }
  return sum;
}

/** A character of two units is not split across segments, so a segment may stay one short. */
function fill(
  text: string,
  characters: number,
  sizeOf: (char: string) => number,
  encoding: SegmentCount["encoding"],
  single: number,
  part: number,
): SegmentCount {
  if (characters <= single) return { segments: characters === 0 ? 0 : 1, encoding, characters };
  let segments = 1;
  let used = 0;
  for (const char of text) {
    const size = sizeOf(char);
    if (used + size > part) [segments, used] = [segments + 1, 0];
    used += size;
  }
  return { segments, encoding, characters };
}
