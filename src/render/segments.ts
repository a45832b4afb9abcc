/** How many SMS a text is billed as. Limits from the GSM 03.38 alphabet and from the mainland carriers' counting rule. */

export type SegmentCount = {
  readonly segments: number;
  readonly encoding: "GSM-7" | "UCS-2";
  /** In the units that count against a segment: septets for GSM-7 (some characters take two), UTF-16 units otherwise. */
  readonly characters: number;
};

/** The longest SMS that mainland carriers take, in characters, the signature included. */
export const MAX_MAINLAND = 500;

const GSM_BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_EXTENDED = "\f|^€{}[]~\\";
/** By UTF-16 unit; 0: not in the alphabet. The euro sign is its last. */
const SEPTETS = new Uint8Array(0x20ad);
for (const char of GSM_BASIC) SEPTETS[char.charCodeAt(0)] = 1;
for (const char of GSM_EXTENDED) SEPTETS[char.charCodeAt(0)] = 2;

/** `to`: E.164 or "". To +86 every character counts one, 70 or 67 a segment; elsewhere GSM-7 (160/153) if the text allows it, else UCS-2 (70/67). An empty text is no segment. */
export function countSegments(text: string, to: string): SegmentCount {
  if (!to.startsWith("+86")) {
    const characters = septets(text);
    if (characters !== null) return fill(text, characters, septetsAt, "GSM-7", 160, 153);
  }
  return fill(text, text.length, unitsAt, "UCS-2", 70, 67);
}

/** Whether the text can be sent in the GSM-7 alphabet, where an SMS holds more than twice as much. */
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

/** What the character that begins here takes: two units when it is a pair. */
const unitsAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** A character of two units is not split across segments, so a segment may stay one short. */
function fill(
  text: string,
  characters: number,
  sizeAt: (text: string, at: number) => number,
  encoding: SegmentCount["encoding"],
  single: number,
  part: number,
): SegmentCount {
  if (characters <= single) return { segments: characters === 0 ? 0 : 1, encoding, characters };
  // Most texts hold no character that two segments could not share.
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
