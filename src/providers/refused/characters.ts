/**
 * Signs that mainland SMS providers refuse, or that arrive garbled: https://help.aliyun.com/document_detail/463270.htm names 『』「」〖〗 ²
 * • ① ★ ※ →, https://cloud.tencent.com/document/product/382/39023 names ¥ ★ ☞ ✓ ※ ^_^, and Huawei Cloud √. Emoji are refused by all.
 */
const REFUSED =
  /\^_\^|[¥￥€£₩￦※★☆•①-⓿²³『』「」〖〗〔〕←-⇿√✓✔☑☞☛☎♥♡◆◇■□●○◎▲△▼▽♪〓〒]|[\u2600-\u27bf\u2b00-\u2bff]|(?![\d#*©®™])\p{Extended_Pictographic}\ufe0f?/gu;

/** Each refused sign once, in the order of the text. */
export function refusedCharacters(text: string): string[] {
  // Most texts have none, and most have only Han, ASCII and the usual marks.
  return /^[\x20-\x7e\n\u3001-\u3009\u4e00-\u9fff\uff01-\uff5e·“”‘’…—]*$/.test(text) && !text.includes("^_^")
    ? []
    : [...new Set(text.match(REFUSED) ?? [])];
}

/** `★ (U+2605)` */
export const nameCharacter = (character: string): string =>
  [...character].length > 2
    ? character
    : `${character} (U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")})`;
