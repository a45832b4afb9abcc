/** The words by which a buyer opts out in a reply, or in again. */

const OUT = new Set(
  ["STOP", "UNSUBSCRIBE", "CANCEL", "QUIT", "END", "BAJA", "R", "TD", "T", "退订", "拒收"].concat(
    // Further words that carriers act on by themselves.
    ["STOPALL", "REVOKE", "OPTOUT"],
  ),
);
const IN = new Set(["START", "ALTA", "恢复"]);

/** Only a word that stands alone counts, in any case and width. Marks around it do not matter: "Stop!" */
export function readWish(text: string): "out" | "in" | null {
  if (text.length > 100) return null;
  const word = text
    .normalize("NFKC")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "")
    .toUpperCase();
  if (OUT.has(word)) return "out";
  return IN.has(word) ? "in" : null;
}
