/** Counts the SMS segments that a text is billed as. Limits: the GSM 03.38 alphabet and the counting rule of mainland carriers. */

export type SegmentCount = {
  readonly segments: number;
  readonly encoding: "GSM-7" | "UCS-2";
  /** Units that count against a segment: septets in GSM-7 (some characters take two), else UTF-16 units. */
  readonly characters: number;
};

/** The longest SMS that mainland carriers accept, in characters, the signature included. */
export const MAX_MAINLAND = 500;

const GSM_BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENDED = "\f|^€{}[]~\\";
/** Septets by UTF-16 unit; 0: not in the alphabet. The euro sign is the last entry. */
const SEPTETS = new Uint8Array(0x20ad);
for (const char of GSM_BASIC) SEPTETS[char.charCodeAt(0)] = 1;
for (const char of GSM_EXTENDED) SEPTETS[char.charCodeAt(0)] = 2;

/**
 * `to`: E.164 or "". To +86 every character counts one, at 70 or 67 a segment. Elsewhere a text is GSM-7 (160/153) if all its characters are
 * in that alphabet, else UCS-2 (70/67). An empty text has no segment.
 */
export function countSegments(text: string, to: string): SegmentCount {
  if (!isMainland(to)) {
    const characters = septets(text);
    if (characters !== null) return fill(text, characters, septetsAt, "GSM-7", 160, 153);
  }
  return fill(text, text.length, unitsAt, "UCS-2", 70, 67);
}

/** Mainland carriers count every text as UCS-2. */
export const isMainland = (to: string): boolean => to.startsWith("+86");

/** True if the text can be sent as GSM-7, with more than twice as many characters in an SMS. */
export function isGsm7(text: string): boolean {
  return septets(text) !== null;
}

const septetsAt = (text: string, at: number): number => SEPTETS[text.charCodeAt(at)] ?? 0;

function septets(text: string): number | null {
  let sum = 0;
  for (let at = 0; at < text.length; at++) {
    const size = septetsAt(text, at);
    if (size === 0) return null;
    sum += size;
  }
  return sum;
}

/** Units of the character that begins here: two for a surrogate pair. */
const unitsAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** A character of two units is not split across segments, so a segment may have one unit left over. */
function fill(
  text: string,
  characters: number,
  sizeAt: (text: string, at: number) => number,
  encoding: SegmentCount["encoding"],
  single: number,
  part: number,
): SegmentCount {
  if (characters <= single) return { segments: characters === 0 ? 0 : 1, encoding, characters };
  // Most texts have only characters of one unit.
  if (encoding === "UCS-2" && !/[\ud800-\udfff]/.test(text))
    return { segments: Math.ceil(characters / part), encoding, characters };
  let segments = 1;
  let used = 0;
  for (let at = 0; at < text.length; at += unitsAt(text, at)) {
    const size = sizeAt(text, at);
    if (used + size > part) {
      segments++;
      used = 0;
    }
    used += size;
  }
  return { segments, encoding, characters };
}
