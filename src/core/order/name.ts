/** A buyer's name, or nothing where a shop system or a form wrote something else in its place: a text then greets nobody by `-` or `NULL`. */
import { memo } from "../values/memo.ts";

/** A part that is a placeholder: only punctuation, or written by a program for a missing value. `Null` is a surname. */
const NO_PART = /^(?:[\p{P}$+<=>^`|~]+|null|NULL|undefined|UNDEFINED|NaN|n\/a|N\/A|\(null\)|\[object|Object\]|#N\/A)$/u;
/** As a whole name: written by programs, or by people in a field that they had to fill. */
const NO_NAME = new Set(
  [
    ...["null", "undefined", "none", "nan", "unknown", "anonymous", "guest", "customer", "user", "buyer", "visitor"],
    ...["test", "tester", "testing", "test user", "test customer", "name", "no name", "noname", "not provided"],
    ...["not available", "first name", "last name", "firstname", "lastname", "first last", "default", "admin", "asdf"],
    ...["prueba", "anónimo", "anónima", "invitado", "desconocido", "sin nombre", "cliente"],
    ...[
      "测试",
      "匿名",
      "匿名用户",
      "匿名买家",
      "未知",
      "无",
      "无名",
      "访客",
      "游客",
      "顾客",
      "客户",
      "买家",
      "テスト",
      "ゲスト",
    ],
  ].map((word) => word.normalize("NFC")),
);
const EDGES = /^[\s\p{Cc}\p{Z}\p{DI}]+|[\s\p{Cc}\p{Z}\p{DI}]+$/gu;
const MAX_NAMES = 5_000;

/** Composed (NFC), without placeholders at its ends: `Rahim -` → `Rahim`. null: it is no name, like `***`, `NULL NULL`, `123`. */
export const readName = memo(MAX_NAMES, (text: string): string | null => {
  const name = text.normalize("NFC").replace(EDGES, "");
  const parts = name.split(/[\s\p{Z}]+/u);
  const first = parts.findIndex(isPart);
  if (first < 0 || !/\p{L}/u.test(name)) return null;
  const kept = parts.slice(first, parts.findLastIndex(isPart) + 1);
  const words = kept.map((part) => part.toLowerCase());
  const whole = words.join(" ");
  if (words.every((word) => NO_NAME.has(word)) || NO_NAME.has(whole) || /^x[x ]*x$/.test(whole)) return null;
  return kept.length === parts.length ? name : kept.join(" ");
});

const isPart = (part: string): boolean => part !== "" && !NO_PART.test(part);
