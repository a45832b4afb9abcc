/** Compares tags and names of payment methods as people mean them: `Flash-Sale`, ` flash-sale ` and `ＦＬＡＳＨ－ＳＡＬＥ` are the same. */
import { memo } from "./memo.ts";

const MAX_WORDS = 10_000;

/**
 * The form that is compared: one width (NFKC), one case, no blanks or unseen characters around it. Capitals first, then small letters: that
 * folds ß, the final sigma and both Turkish letters i, in the same way on every machine.
 */
const folded = memo(MAX_WORDS, (word: string) =>
  word
    .normalize("NFKC")
    .toUpperCase()
    .toLowerCase()
    .replaceAll("i\u0307", "i")
    .normalize("NFKC")
    .replace(/^[\s\p{Cc}\p{DI}]+|[\s\p{Cc}\p{DI}]+$/gu, ""),
);

/** Whether any of the wanted words is among the words. Each word is folded once. */
export function namesAny(words: readonly string[], wanted: readonly string[]): boolean {
  if (words.length === 0) return false;
  const known = words.map(folded);
  return wanted.some((word) => known.includes(folded(word)));
}
