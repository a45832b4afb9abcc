// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of other systems
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isListed } from "../../../../src/render/names/meanings.ts";
import { compileTemplate } from "../../../../src/render/template/engine.ts";
import { kindOf, VARIABLES } from "../../../../src/render/template/variables.ts";

const faults = (text: string): string[] => {
  const result = compileTemplate(text);
  return result.ok ? [] : result.faults.map(({ line, message }) => `${line} ${message}`);
};
/** All ways to write a placeholder in which a listed name is one. */
const WAYS = [
  (name: string) => `｛｛${name}｝｝`,
  (name: string) => `{｛${name}｝}`,
  (name: string) => `{{${name}｝｝`,
  (name: string) => `｛${name}｝`,
  (name: string) => `{${name}}`,
  (name: string) => `{ ${name} }`,
  (name: string) => `\${${name}}`,
  (name: string) => `#{${name}}`,
  (name: string) => `{$${name}}`,
  (name: string) => `{%${name}%}`,
  (name: string) => `[[${name}]]`,
  (name: string) => `[${name}]`,
  (name: string) => `%${name}%`,
  (name: string) => `#${name}#`,
  (name: string) => `##${name}##`,
  (name: string) => `<%= ${name} %>`,
  (name: string) => `<?= $${name} ?>`,
  (name: string) => `<${name}>`,
  (name: string) => `«${name}»`,
  (name: string) => `*|${name}|*`,
];

describe("a placeholder of another system", () => {
  it.each(WAYS.map((way) => way("total")))("is a fault with the variable to write: %s", (written) => {
    expect(faults(`{{shop}}\n${written}.`)).toEqual([`2 ${written} looks like a variable: write {{total}}`]);
  });

  it.each([
    ["{姓名}", "{{buyer.name}}"],
    ["【姓名】", "{{buyer.name}}"],
    ["${订单号}", "{{order.number}}"],
    ["{订单金额}", "{{total}}"],
    ["[付款链接]", "{{payUrl}}"],
    ["{商品名称}", "{{list items}}"],
    ["%店铺名称%", "{{shop}}"],
    ["{剩余时间}", "{{timeLeft}}"],
    ["{buyer.name}", "{{buyer.name}}"],
    ["{Order_No}", "{{order.number}}"],
    ["{order number}", "{{order.number}}"],
    ["*|FNAME|*", "{{buyer.name}}"],
    ["$total", "{{total}}"],
    ["{ { total } }", "{{total}}"],
    ["{orders}", "{{list orders}}"],
    ["{order}", "{{order.id}}"],
    ["https://s.example/?o={order_id}", "{{order.number}}"],
  ])("is named by what it means: %s → %s", (written, variable) => {
    expect(faults(`{{shop}} ${written}`)).toEqual([
      expect.stringContaining(`looks like a variable: write ${variable}`),
    ]);
  });

  it.each([
    "{1}",
    "${1}",
    "{coupon}",
    "{优惠码}",
    "[[x]]",
    "%coupon_code%",
    "%s",
    "%1$s",
    "%(x)s",
    "#coupon_code#",
    "<%= x %>",
  ])("is a fault without a known name, too: %s", (written) => {
    expect(faults(`{{shop}} ${written}`)).toEqual([
      expect.stringMatching(/ looks like a variable: write \{\{total\}\} or/),
    ]);
  });

  it("is found in texts in quotes, and beside the other faults of the text", () => {
    expect(faults('{{default buyer.name "{name}"}}')).toEqual(["1 {name} looks like a variable: write {{buyer.name}}"]);
    expect(faults("{{totl}}\n{total}\n{{#if payUrl}}")).toEqual([
      expect.stringContaining("2 {total} looks"),
      expect.stringContaining("3 a {{…}} is not closed"),
    ]);
    expect(faults("{{totl}}\n{total}")).toHaveLength(2);
  });

  it.each([
    "{{! {total} }}{{shop}}",
    "{{!-- {total} --}}{{shop}}",
    "\\{{total}} {{shop}}",
    "${{total}}",
    "#{{order.id}}",
  ])("is not seen in %s", (text) => expect(faults(text)).toEqual([]));
});

describe("ordinary text", () => {
  it.each([
    "20% off",
    "50%",
    "20%off and 50%off",
    "满100减50%到80%",
    "100%棉,50%off",
    "【晴雨】",
    "【限时】",
    "【订单】",
    "【倒计时】",
    "[活动] 双11",
    "[Note] [VIP]",
    "#活动#",
    "【total】",
    "#双11#",
    "#1 of #2",
    "US$45 $5",
    "a { b, c } d",
    "{free gift inside}",
    "[VIP] [1]",
    "x < y > z",
    "<3 :-} {",
    "｛新品｝上市",
    "https://s.example/%E4%BD%A0%E5%A5%BD?a=%20b#top",
    "a@b.example, @shop",
    "50 % de descuento",
    "(total)",
  ])("has no placeholder: %s", (text) => {
    expect(faults(`{{shop}} ${text}`)).toEqual([]);
  });

  it("keeps every percentage, price, link and bracketed phrase", () => {
    const word = fc.constantFrom("save", "off", "today", "优惠", "新品", "oferta", "hoy", "订", "y");
    const number = fc.nat(100);
    const piece = fc.oneof(
      word,
      number.map((n) => `${n}%`),
      fc.tuple(number, word).map(([n, w]) => `${n}%${w}`),
      number.map((n) => `$${n}`),
      number.map((n) => `#${n}`),
      fc.tuple(word, word).map(([a, b]) => `{ ${a}, ${b} }`),
      fc.tuple(word, number).map(([a, n]) => `[${n} ${a}]`),
      word.map((w) => `https://s.example/${encodeURIComponent(w)}?a=${encodeURIComponent(`${w}%`)}`),
      fc.constantFrom("{", "}", "[", "]", "%", "#", "<", ">", "｛", "｝", "$"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join(" ");
        // Double braces with blanks between them are no ordinary text, and neither is one word in braces.
        fc.pre(!/[{｛] *[{｛][^{}｛｝]*[}｝] *[}｝]|[{｛] *[^ {}｛｝]+ *[}｝]/.test(text));
        expect(faults(`{{shop}} ${text}`)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("is judged fast, whatever it repeats", () => {
    for (const piece of ["{", "{ ", "{a ", "[[", "<%= a", "%a", "#a", "«", "*|A", "{{a", "｛", "{ {", "$#@", "{$ "]) {
      const text = piece.repeat(Math.floor(4_000 / piece.length));
      const begin = performance.now();
      compileTemplate(text);
      expect(performance.now() - begin, piece).toBeLessThan(250);
    }
  });
});

it.each([
  ["{{amount}}", "total or order.amount"],
  ["{{金额}}", "total or order.amount"],
  ["{{ｔｏｔａｌ}}", "total or order.amount"],
  ["{{订单号}}", "order.number or order.id"],
  ["{{name}}", "buyer.name"],
  ["{{customer.name}}", "buyer.name"],
  ["{{user.nick}}", "buyer.name"],
  ["{{order.total}}", "order.amount"],
  ["{{link}}", "payUrl"],
  ["{{deadline}}", "closesAt"],
  ["{{#each items}}{{name}}{{/each}}", "title"],
  ["{{#each items}}{{qty}}{{/each}}", "quantity"],
  ["{{#each orders}}{{customer}}{{/each}}", "../buyer.name"],
  ["{{#each orders}}{{total}}{{/each}}", "../total"],
  ["{{#with buyer}}{{nickname}}{{/with}}", "name"],
  ["{{items.[0].name}}", "items.[0].title"],
  ["{{totl}}", "total"],
])("suggests by meaning before spelling: %s → %s", (text, variable) => {
  expect(faults(text)).toEqual([expect.stringContaining(`(did you mean ${variable}?)`)]);
});

it.each([
  ["{{shop}}\n{{total}", "2 {total} looks like a variable: write {{total}}"],
  [
    "{{total | currency}}",
    "1 {{total | currency}} has a filter, which does not exist here: use a helper, as in {{money total}}",
  ],
  ["{{#if shop}}{{shop}", "1 {shop} looks like a variable: write {{shop}}"],
])("names a slip from another template language: %s", (text, message) => {
  expect(faults(text)).toEqual([message]);
});

it("knows every variable, and lists no word of a path that does not exist", () => {
  for (const name of VARIABLES) expect(kindOf(name)).not.toBeNull();
  for (const path of ["order.id", "buyer.name", "items.[0].sku", "order.createdAt"])
    expect(kindOf(path)).not.toBeNull();
  expect(kindOf("order.nothing")).toBeNull();
  expect(isListed("订单 号")).toBe(true);
  expect(isListed("promotion code")).toBe(false);
});
