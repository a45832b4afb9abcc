/**
 * Ids and handles that stand for no one: what programs write where they have no buyer, and masked ones. Strangers share them, so they would
 * make strangers one buyer.
 */
import { idFault } from "./id.ts";

/** Nearly all ids: letters and digits, one of them not 0. No placeholder but -1 looks so. */
const PLAIN = /^[\w-]*[1-9][\w-]*$/;
const SIGN = String.raw`[\s\p{P}\p{S}]`;
/** In English, Chinese, Spanish, German and French. */
const NOBODY = new RegExp(
  `^(?:${[
    // 0, 0.0, the nil UUID, and signs without a letter or digit.
    `(?:0|${SIGN})+`,
    "-1",
    `(?:(?:null|undefined|none|nil|nan)${SIGN}*)+`,
    `n/?a|unknown|empty|blank|nobody|no${SIGN}?(?:id|name|user|customer|buyer)`,
    `(?:guest|anonymous|anon|visitor)(?:${SIGN}*(?:user|customer|buyer|shopper|checkout|account))?`,
    "匿名(?:用户|用戶|买家|買家|者)?|游客|遊客|访客|訪客|无名(?:氏)?|无|無|空|未知|未登录|未登錄",
    "invitad[oa]|an[oó]nim[oa]|desconocid[oa]|ninguno|gast|anonym|unbekannt|invité|anonyme|inconnu",
  ].join("|")})$`,
  "u",
);
/** Signs with which platforms hide a part. */
const MASK = /[*•●∗⁎✱]/u;

/** Takes the text as `readId` gives it. Case, width and what stands around it do not matter. */
export function isNobody(id: string): boolean {
  if (PLAIN.test(id) && id !== "-1") return false;
  const text = id
    .normalize("NFKC")
    .toLowerCase()
    .replace(/^[\s'"([{<]+|[\s'")\]}>]+$/gu, "");
  return text === "" || NOBODY.test(text) || MASK.test(text) || idFault(id) !== null;
}
