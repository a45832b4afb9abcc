/**
 * Cleans text that a buyer wrote (name, note) or that a shop copied from anywhere (item titles). It goes into messages in the shop's name, so
 * it must not contain a link, a line break, or characters that reorder or hide the text around it.
 */

/** Text that needs no cleaning: letters, digits and common marks, with single spaces between. Most names and titles match. */
const HARMLESS = /^(?: ?[\p{L}\p{M}\p{N}()（）+*'’&,，、_-])*$/u;
/** Control, format (bidi, zero-width), broken and unassigned characters. */
export const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]+/gu;
/**
 * Joiners that are seen, after Unicode's UAX 31: between emoji (at most four, as the longest that Unicode lists; more would be many
 * signs that count as one), ZWNJ within an Arabic word, and either at a virama, where the Indic scripts spell with them.
 */
const EMOJI = "\\p{Extended_Pictographic}[\\u{fe0f}\\p{Emoji_Modifier}]?";
const VIRAMA = "[\\u{94d}\\u{9cd}\\u{a4d}\\u{acd}\\u{b4d}\\u{bcd}\\u{c4d}\\u{ccd}\\u{d4d}\\u{dca}]";
const INDIC = "[\\u{900}-\\u{dff}]";
const ARABIC = "(?=\\p{L})\\p{Script=Arabic}";
const JOINED = [
  `${EMOJI}(?:\\u{200d}${EMOJI}){1,3}`,
  `\\u{200c}(?<=${ARABIC}\\p{M}{0,3}\\u{200c})(?=${ARABIC})`,
  `\\u{200d}(?<=${INDIC}${VIRAMA}\\u{200d})(?![\\u{200c}\\u{200d}])`,
  `\\u{200c}(?<=${INDIC}${VIRAMA}\\u{200c})(?=${INDIC})`,
  `\\u{200d}(?<=${INDIC}\\u{200d})(?=${VIRAMA})`,
];
const UNSEEN = new RegExp(`(${JOINED.join("|")})|${INVISIBLE.source}`, "gu");
const LINK = /(?:[a-z][a-z0-9+-]{1,20}:\/\/|www[.．。｡])\S*/giu;
const DOT = "[.．。｡]";
const LABEL = "[a-z0-9-]{1,63}";
/** Endings that phones make a link of and that a name or a title hardly ends in. */
const ENDINGS =
  "com|cn|net|org|io|co|cc|me|top|xyz|vip|shop|info|biz|app|site|online|link|club|ru|tk|hk|tw|uk|eu|us|es|mx|de|fr|in|ai|dev|store|live|cloud|icu|wang|ltd|mobi|asia|tv|ws|ly|gl|gg|page|website|pro|fun|work|tech|xn--[a-z0-9-]{2,59}";
/** A host name by a well-known ending, or by any ending with a path behind it; an address in numbers with a path or port. */
const HOST = new RegExp(
  `(?<![a-z0-9-])(?:${LABEL}${DOT}){1,8}(?:(?:${ENDINGS})(?![a-z0-9-])(?:[:/?#]\\S*)?|[a-z]{2,24}/\\S*)|(?<![\\d.])(?:\\d{1,3}[.]){3}\\d{1,3}[:/]\\S*|[\\p{L}\\p{M}\\p{N}\\u{200c}\\u{200d}-]{1,63}${DOT}(?:中国|公司|网络|网址|商城|рф)(?![\\p{L}\\p{N}])\\S*`,
  "giu",
);

/**
 * One composed (NFC) line without control, bidi and format characters, links or signature brackets; at most `max` characters, with `end` as the last
 * of them where the text was longer. May be empty.
 */
export function cleanText(given: string, max: number, end: "" | "…" = ""): string {
  const text = given.normalize("NFC");
  if (text.length <= max && HARMLESS.test(text)) return text.trimStart();
  let line = withoutUnseen(text.slice(0, 1_000).replace(/[\s\p{Z}]+/gu, " ")).replace(/[【】]/g, "");
  // Cutting may leave a host name (`evil.community`), or a joiner with nothing to join, so it is looked at once more.
  for (let before = ""; before !== line; ) {
    before = line;
    const whole = withoutLinks(line);
    const short = cut(whole, max, end);
    line = withoutUnseen(withoutLinks(short));
    if (short !== whole) line = line.replace(/ +…$/, "…");
  }
  return line === end ? "" : line;
}

function withoutUnseen(text: string): string {
  return /[\u200c\u200d]/.test(text) ? text.replace(UNSEEN, "$1") : text.replace(INVISIBLE, "");
}

/** Repeats until nothing changes: the parts around a removed link may form another one. */
function withoutLinks(text: string): string {
  let line = text;
  // Every link contains one of these, and most texts do not.
  if (!/[.．。｡]|:\/\//.test(text)) return text.replace(/ {2,}/g, " ").trim();
  for (let before = ""; before !== line; ) {
    before = line;
    line = line.replace(LINK, "").replace(HOST, "");
  }
  return line.replace(/ {2,}/g, " ").trim();
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * The first `max` characters as a reader counts them: no emoji or accent is cut in two. With an `end`, that of one character is the
 * last where anything is cut.
 */
export function cut(text: string, max: number, end: "" | "…" = ""): string {
  if (text.length <= max) return text;
  const whole = firstOf(text, max);
  return end === "" || whole === text ? whole : firstOf(whole, max - 1).trimEnd() + end;
}

function firstOf(text: string, max: number): string {
  if (/^[\x20-\u02ff\u3001-\u9fff\uff01-\uff5e]*$/.test(text)) return text.slice(0, max);
  let result = "";
  let count = 0;
  for (const { segment } of segmenter.segment(text.slice(0, max * 20))) {
    if (++count > max) break;
    result += segment;
  }
  return result;
}

/** A pay link as the shop gave it, or null when it is not one: it must have a scheme that opens something, and no blanks. */
export function cleanUrl(url: string): string | null {
  const text = url.trim();
  return /^(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:\/\/[^\s\p{Cc}\p{Cf}]+$/iu.test(text) ? text : null;
}
