/** Phrases of the staff: their names, faults, languages and the caution about money. */
import { describe, expect, it } from "vitest";
import { faultOf } from "../../../src/campaigns/faults.ts";
import { buildCatalog } from "../../../src/render/catalog/catalog.ts";
import { phrasesFor } from "../../../src/render/phrases.ts";

const CAMPAIGN = {
  "a/campaign.yaml": "steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n",
  "a/nudge.sms.en.hbs": "Order {{order.id}}: {{total}}. STOP to opt out\n",
};
const build = (phrases: Readonly<Record<string, string>>) => {
  const files = Object.entries({ ...CAMPAIGN, ...Object.fromEntries(named(phrases)) });
  return buildCatalog(new Map(files), { channels: ["sms"] }, "templates");
};
const named = (phrases: Readonly<Record<string, string>>) =>
  Object.entries(phrases).map(([name, text]): [string, string] => [`a/phrases/${name}`, text]);
const built = (phrases: Readonly<Record<string, string>>) => {
  const result = build(phrases);
  if (!result.ok) throw new Error(result.faults.join("\n"));
  return result;
};
const faultsOf = (phrases: Readonly<Record<string, string>>) => {
  const result = build(phrases);
  return result.ok ? [] : result.faults;
};

describe("phrases", () => {
  it("are found by key, in the language that is nearest to the buyer's", () => {
    const { phrases } = built({
      "2-address.en.hbs": "To this address?",
      "1-size.en.hbs": "Is the size right?",
      "1-size.zh-CN.hbs": "尺码合适吗？",
      "3-lang.de.hbs": "Auf Deutsch",
    }).catalog;
    const of = (locale: string | null, shopLocale = "en", campaign = "a") =>
      phrasesFor(phrases, { campaign, locale, shopLocale }).map(
        ({ n, name, locale: found }) => `${n} ${name} ${found}`,
      );
    expect(of("zh_CN")).toEqual(["1 size zh-CN", "2 address en"]);
    expect(of("zh-TW")).toEqual(["1 size en", "2 address en"]);
    expect(of(null, "zh-CN")).toEqual(["1 size zh-CN", "2 address en"]);
    expect(of("de-AT")).toEqual(["1 size en", "2 address en", "3 lang de"]);
    expect(of("en", "en", "other")).toEqual([]);
  });

  it.each<[name: string, text: string, fault: RegExp]>([
    ["0-size.en.hbs", "x", /^templates\/a\/phrases\/0-size\.en\.hbs: matches nothing: phrases are named/],
    ["size.en.hbs", "x", /matches nothing/],
    ["1-size.hbs", "x", /matches nothing/],
    ["deep/1-size.en.hbs", "x", /matches nothing/],
    ["1-size.zh-cn.hbs", "x", /the locale zh-cn must be written zh-CN/],
    ["1-size.en.hbs", "\n", /phrases\/1-size\.en\.hbs:1: is empty/],
    ["1-size.en.hbs", "---\nsubject: x\n---\ny", /:1: a phrase has no front matter/],
    [
      "1-size.en.hbs",
      "Hello,\n{{amount}}?",
      /^templates\/a\/phrases\/1-size\.en\.hbs:2: unknown variable \{\{amount\}\}/,
    ],
    ["1-size.en.hbs", "{{shout shop}}", /phrases\/1-size\.en\.hbs:1: .*shout/],
  ])("with a fault are refused with file and line: %s %s", (name, text, fault) => {
    expect(faultsOf({ [name]: text })).toEqual([expect.stringMatching(fault)]);
  });

  it("have one name for each key", () => {
    expect(faultsOf({ "1-size.en.hbs": "a", "1-style.zh-CN.hbs": "b" })).toEqual([
      "templates/a/phrases/1-style.zh-CN.hbs: the key 1 is that of 1-size: take another number",
    ]);
  });

  it("change the version of their campaign", () => {
    const version = (phrases: Readonly<Record<string, string>>) => built(phrases).catalog.campaigns[0]?.version;
    expect(version({ "1-size.en.hbs": "a" })).toBe(version({ "1-size.en.hbs": "a" }));
    expect(new Set([version({}), version({ "1-size.en.hbs": "a" }), version({ "1-size.en.hbs": "b" })]).size).toBe(3);
  });

  it.each<[text: string, line: number | null]>([
    ["Is the size of {{order.number}} right? It comes to {{total}}.", null],
    ["尺码合适吗？一共{{total}}", null],
    ["Your order of {{money order.amount}} waits.", 1],
    ["您的订单共{{total}}，请付款。", 1],
    ["还差 129 元。尺码对吗？", 1],
    ["\n\n{{total}} are due", 3],
  ])("get a caution if the first one opens with money: %s", (text, line) => {
    const { warnings } = built({ "1-size.en.hbs": text, "2-pay.en.hbs": "It comes to {{total}}." });
    expect(warnings).toEqual(
      line === null
        ? []
        : [expect.stringMatching(new RegExp(`^templates/a/phrases/1-size\\.en\\.hbs:${line}: opens with money`))],
    );
  });

  it("are named in faults as they are in the answers of campaigns", () => {
    const [fault = ""] = faultsOf({ "1-size.en.hbs": "Hello,\n{{amount}}?" });
    expect(faultOf(fault)).toMatchObject({ file: "phrases/1-size.en.hbs", line: 2 });
  });
});
