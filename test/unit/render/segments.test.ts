import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countSegments } from "../../../src/render/segments.ts";

const ABROAD = "+4915112345678";
const CHINA = "+8613812345678";

describe("countSegments", () => {
  it.each([
    ["empty", "", ABROAD, 0, "GSM-7", 0],
    ["160 letters", "a".repeat(160), ABROAD, 1, "GSM-7", 160],
    ["161 letters", "a".repeat(161), ABROAD, 2, "GSM-7", 161],
    ["306 letters", "a".repeat(306), ABROAD, 2, "GSM-7", 306],
    ["307 letters", "a".repeat(307), ABROAD, 3, "GSM-7", 307],
    ["80 euro signs", "€".repeat(80), ABROAD, 1, "GSM-7", 160],
    ["81 euro signs", "€".repeat(81), ABROAD, 2, "GSM-7", 162],
    ["every escaped character", "|^€{}[]~\\", ABROAD, 1, "GSM-7", 18],
    ["an escape pair is not split", `${"a".repeat(152)}€${"a".repeat(152)}`, ABROAD, 3, "GSM-7", 306],
    ["accents in the alphabet", "àèéùìòñüäö", ABROAD, 1, "GSM-7", 10],
    ["accents outside it", "áíóú", ABROAD, 1, "UCS-2", 4],
    ["70 Chinese characters", "单".repeat(70), ABROAD, 1, "UCS-2", 70],
    ["71 Chinese characters", "单".repeat(71), ABROAD, 2, "UCS-2", 71],
    ["134 and 135", "单".repeat(135), ABROAD, 3, "UCS-2", 135],
    ["35 emoji", "😀".repeat(35), ABROAD, 1, "UCS-2", 70],
    ["a pair is not split", `${"单".repeat(66)}😀${"单".repeat(66)}`, ABROAD, 3, "UCS-2", 134],
    ["China: letters count one, 70", "a".repeat(70), CHINA, 1, "UCS-2", 70],
    ["China: 71", "a".repeat(71), CHINA, 2, "UCS-2", 71],
    ["China: escaped characters count one", "€".repeat(70), CHINA, 1, "UCS-2", 70],
    ["China: 134", "单".repeat(134), CHINA, 2, "UCS-2", 134],
    ["China: 135", "单".repeat(135), CHINA, 3, "UCS-2", 135],
    ["Hong Kong is not counted so", "a".repeat(160), "+85291234567", 1, "GSM-7", 160],
    ["no number", "a".repeat(160), "", 1, "GSM-7", 160],
  ])("%s", (_, text, to, segments, encoding, characters) => {
    expect(countSegments(text, to)).toEqual({ segments, encoding, characters });
  });

  it("never counts fewer than the units need, never one more than splitting can cost, and never falls as text grows", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.constantFrom(ABROAD, CHINA), (text, to) => {
        const { segments, encoding, characters } = countSegments(text, to);
        const [single, part] = encoding === "GSM-7" ? [160, 153] : [70, 67];
        if (characters <= single) expect(segments).toBe(text === "" ? 0 : 1);
        else {
          expect(segments).toBeGreaterThanOrEqual(Math.ceil(characters / part));
          expect(segments).toBeLessThanOrEqual(Math.ceil(characters / (part - 1)));
        }
        expect(countSegments(`${text}a`, to).segments).toBeGreaterThanOrEqual(segments);
      }),
    );
  });
});
