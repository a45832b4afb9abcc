/**
 * Finds placeholders of other systems in a text: `{total}`, `${total}`, `｛｛total｝｝`, `[[total]]`, `%total%`, `#total#`, `<%= total %>`,
 * `{1}`. Handlebars takes them for text, and a buyer would read them. Ordinary braces, percent signs and hashtags are none of them.
 */
import { isListed } from "./meanings.ts";

export type Foreign = {
  /** As written: `${total}`. */
  readonly written: string;
  /** The name in it: `total`, or `1`. */
  readonly name: string;
  /** In UTF-16 units. */
  readonly offset: number;
};

const NAME = "[\\p{L}_][\\p{L}\\p{N}_.-]{0,39}";
/** Signs in front of a name that other systems have: `{$total}`, `{#total#}`, `{%total%}`. */
const SIGNS = "[$#@:&=*!%\\s]*";

type Shape = {
  readonly pattern: RegExp;
  /** Whether a word that means a variable is a placeholder in this shape. */
  readonly listed: (name: string) => boolean;
  /** Whether a name that means nothing here is a placeholder all the same. */
  readonly unlisted: (name: string, written: string) => boolean;
};

const always = (): boolean => true;
const never = (): boolean => false;
/** Brackets and hashtags occur in ordinary text, too: [订单], #活动#. These words are hardly meant for a reader. */
const SPECIFIC =
  /^(?:name|total|amount|price|link|url|payurl|(?:买家|客户|顾客|用户|会员)?(?:姓名|昵称|名称?)|称呼|(?:订|交易)?单号|订单编号|(?:订单|应付|实付|付款|支付|总)?金额|订?单?总[价额]|(?:付款|支付)?链接|网址|店名|店铺名称?|(?:商品|宝贝)(?:名称?|标题)|(?:截止|关闭|剩余)时间)$/u;
const specific = (name: string): boolean => SPECIFIC.test(name) || coded(name) || / /.test(name);
/** Looks like a name in a program, and not like a word: `order_no`, `order.no`, `orderNo`. */
const coded = (name: string): boolean => /^[A-Za-z][\w.]*$/.test(name) && /[_.]|[a-z][A-Z]/.test(name);

const shape = (pattern: string, unlisted: Shape["unlisted"], listed: Shape["listed"] = always): Shape => ({
  pattern: new RegExp(pattern, "gu"),
  unlisted,
  listed,
});

const DOUBLE = shape(
  "[{｛][ \\t]*[{｛]\\s*([^\\s{}｛｝](?:[^{}｛｝\\n]{0,58}[^\\s{}｛｝])?)\\s*[}｝][ \\t]*[}｝]",
  always,
);
const SHAPES: readonly Shape[] = [
  // ｛｛total｝｝, {｛total}}, { { total } }
  DOUBLE,
  // A brace may stand alone in a text: { today }.
  shape(`[$#@%]?\\{${SIGNS}(${NAME}|\\d{1,2})${SIGNS}\\}`, (_, written) => !/^\{\s|\s\}$/.test(written)),
  // More than one word: {order number}
  shape("[$#@%]?\\{\\s*([\\p{L}][\\p{L}\\p{N}_ ]{1,39}?)\\s*\\}", never),
  shape("｛\\s*([\\p{L}\\p{N}_. ]{1,40}?)\\s*｝", (name) => /^(?:\d{1,2}|[A-Za-z_][\w.]*)$/.test(name), specific),
  shape(`\\[\\[\\s*(${NAME}|\\d{1,2})\\s*\\]\\]`, always),
  shape("\\[\\s*([\\p{L}][\\p{L}\\p{N}_. ]{0,39}?)\\s*\\]", never, specific),
  shape("【\\s*(\\p{Script=Han}{2,10})\\s*】", never, specific),
  shape(`<[%?]=?-?\\s*\\$?(${NAME})[^%?<>]{0,20}[%?]>`, always),
  shape("<\\s*([\\p{L}][\\p{L}\\p{N}_. ]{0,39}?)\\s*>", never, specific),
  shape("«\\s*([\\p{L}][\\p{L}\\p{N}_. ]{0,39}?)\\s*»", never, specific),
  shape("\\*\\|([\\p{L}_:]{1,40})\\|\\*", always),
  shape("%\\(([\\w.]{1,40})\\)[sd]", always),
  // 20%total% is a percentage, and %E4%BD%A0 a part of a link.
  shape("(?<![\\p{N}%])%([A-Za-z_][\\w.]{0,39})%(?!\\p{N})", (name) => !/^[0-9a-f]{2}$/i.test(name)),
  shape("(?<![\\p{N}%])%(\\p{Script=Han}{2,10})%", never),
  shape("(?<![\\p{N}\\p{L}%])%((?:\\d{1,2}\\$)?[sd])(?![\\p{L}\\p{N}])", always),
  shape("(?<![\\p{L}\\p{N}#&/])#{1,2}([\\p{L}_][\\p{L}\\p{N}_.]{0,39})#{1,2}", coded, specific),
  shape("(?<![\\p{L}\\p{N}@])@([\\p{L}_][\\p{L}\\p{N}_.]{0,39})@", never),
  shape("(?<![\\p{L}\\p{N}$])\\$([A-Za-z_][A-Za-z_.]{0,39})(?![\\p{L}\\p{N}_])", never),
];

/** `isVariable`: whether a path names a variable. In the order of the text; parts of a longer one are not found again. */
export function findForeign(text: string, isVariable: (path: string) => boolean): Foreign[] {
  const found: Foreign[] = [];
  let rest = text;
  const take = ({ pattern, listed, unlisted }: Shape, holds: (written: string) => boolean): void => {
    rest = rest.replace(pattern, (written: string, inner: string, offset: number) => {
      const name = inner.trim();
      if (!holds(written) || !((listed(name) && (isVariable(name) || isListed(name))) || unlisted(name, written)))
        return written;
      found.push({ written, name, offset });
      return blank(written);
    });
  };
  // First, since half of such a one looks like the begin or the end of a real one.
  take(DOUBLE, (written) => /[｛｝]/.test(written));
  rest = withoutExpressions(rest);
  for (const each of SHAPES) take(each, () => true);
  return found.sort((a, b) => a.offset - b.offset);
}

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/** Blanks comments and expressions, but for the texts in quotes, which are sent. A backslash means that the braces stay as they stand. */
function withoutExpressions(text: string): string {
  return text.replace(/\\?\{\{(?:!--[\s\S]*?--\}\}|![\s\S]*?\}\}|[\s\S]*?\}\}\}?)/g, (expression) =>
    /^\\|^\{\{!/.test(expression)
      ? blank(expression)
      : expression.replace(/"[^"\n]*"|'[^'\n]*'|[^"'\n]/g, (part) => (part.length > 1 ? part : " ")),
  );
}
