import { describe, expect, it } from "vitest";
import { adviseCampaign } from "../../../../src/core/campaign/campaign-advice.ts";
import { parseCampaignFile } from "../../../../src/core/campaign/campaign-file.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import { parseTemplate } from "../../../../src/render/catalog/template-file.ts";
import { adviseText, type ChannelFacts } from "../../../../src/render/catalog/text-advice.ts";

describe("advice on a campaign", () => {
  const advice = (steps: string, more = "", closeAfters: number[] = []) => {
    const listed = steps
      .split("; ")
      .map((step) => step.split(" "))
      .map(([id, anchor, span]) => `  - { id: ${id}, at: { ${anchor}: ${span} }, channels: [sms] }\n`);
    const parsed = parseCampaignFile("c", `steps:\n${listed.join("")}${more}`, ["sms"]);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return [...adviseCampaign(parsed.value, closeAfters)].map(
      ({ code, path, message }) => `${parsed.lineOf(path)} ${code}: ${message}`,
    );
  };
  const USUAL = "nudge afterCreated 10m; last-call beforeClose 30m";

  it("gives none on a usual campaign", () => {
    expect(advice(USUAL)).toEqual([]);
    expect(advice(USUAL, "", [72 * HOUR, 60 * MINUTE])).toEqual([]);
    expect(advice("nudge afterCreated 10m")).toEqual([]);
  });

  it.each([
    [
      "nudge afterCreated 45m",
      "whenTight: skip\n",
      [],
      ["2 never_fits: step nudge never fits orders that close 30m after they were created"],
    ],
    [
      "nudge afterCreated 45m",
      "whenTight: skip\n",
      [40 * MINUTE],
      ["2 never_fits: step nudge never fits orders that close 30m or 40m after they were created"],
    ],
    ["nudge afterCreated 10m", "", [4 * MINUTE], ["2 never_fits: step nudge never fits orders that close 4m after"]],
    [
      "nudge afterCreated 30h",
      "",
      [],
      ["2 always_pulled: step nudge comes after the close of orders that stay open for 30m or 1d"],
    ],
    ["nudge afterCreated 30h", "", [72 * HOUR], []],
    [
      "last-call beforeClose 30m; nudge afterCreated 10m",
      "",
      [],
      ["3 reversed: step last-call is listed before nudge and comes no earlier: nudge is never sent"],
    ],
    [
      "b afterCreated 2h; a afterCreated 1h",
      "",
      [],
      ["3 reversed: step b is listed before a and comes no earlier: a is never sent"],
    ],
    [
      "a1 afterCreated 10m; b1 afterCreated 10m; c1 afterCreated 10m",
      "",
      [],
      [
        "2 reversed: step a1 is listed before c1 and comes no earlier: a1 is never sent",
        "3 reversed: step b1 is listed before c1 and comes no earlier: b1 is never sent",
      ],
    ],
    [
      "a afterCreated 10m; b afterCreated 10m; c afterCreated 5m",
      "",
      [],
      ["2 reversed: step a is listed before b", "4 reversed: step b is listed before c"],
    ],
    [
      "a afterCreated 1h; b afterCreated 2h; c afterCreated 3h",
      "limits: { max: 1 }\n",
      [],
      ["3 more_than_max: step b is the 2nd within 1d", "4 more_than_max: step c is the 3rd within 1d"],
    ],
    [
      "a afterCreated 1h; b afterCreated 2h; c afterCreated 3h; d afterCreated 4h; e beforeClose 1h",
      "",
      [],
      [
        "5 more_than_max: step d is the 4th within 1d, and limits.max is 3",
        "6 more_than_max: step e is the 5th within 1d, and limits.max is 3",
      ],
    ],
    [
      "a afterCreated 1h; b afterCreated 3h; c afterCreated 5h; d afterCreated 7h",
      "limits: { max: 2, per: 3h }\n",
      [],
      [],
    ],
    [
      "nudge afterCreated 10m",
      "repeatAfter: 3d\n",
      [],
      ["3 repeats_late: 3d is far longer than orders stay open (1d)"],
    ],
    ["nudge afterCreated 10m", "repeatAfter: 3d\n", [72 * HOUR], []],
  ])("%s %s %j", (steps, more, closeAfters, expected) => {
    const said = advice(steps, more, closeAfters as number[]);
    expect(said).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(said[index]).toContain(text);
  });
});

describe("advice on a text", () => {
  const SMS: ChannelFacts = { name: "sms", provider: "webhook", contact: "phone" };
  const CHAT: ChannelFacts = { name: "chat", provider: "webhook", contact: "chat" };
  const advice = (source: string, channel = SMS, locale = "en") => {
    const parsed = parseTemplate({ campaign: "c", step: "s", variant: null, channel: channel.name, locale }, source);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return [...adviseText(parsed.template, channel)].map(({ code, line, message }) => `${line} ${code}: ${message}`);
  };
  const codes = (source: string, channel = SMS, locale = "en") =>
    advice(source, channel, locale).map((said) => said.replace(/:.*/s, ""));

  it.each([
    "STOP to opt out",
    "Reply stop.",
    "拒收请回复R",
    "回TD退订",
    "回复R不再提醒",
    "BAJA para no recibir avisos",
    "unsubscribe: u.example/x",
    "no more notices",
  ])("takes %j for a way to opt out", (text) => {
    expect(advice(`{{shop}} ${text}`)).toEqual([]);
  });

  it.each([
    "{{shop}} nonstop",
    "{{shop}} 回复即可",
    "{{#if buyer.name}}STOP{{/if}} {{shop}}",
    "{{#unless payUrl}}STOP{{/unless}} {{shop}}",
  ])("misses a way to opt out in %j, unless it is a notice", (text) => {
    expect(codes(text, CHAT)).toEqual(["1 no_opt_out"]);
    expect(codes(`---\ncategory: notice\n---\n${text}`)).toEqual([]);
    expect(codes(`---\ncategory: marketing\n---\n${text}`)).toEqual(["4 no_opt_out"]);
  });

  it("counts segments with long names, by the number that the locale implies", () => {
    const latin = `{{default buyer.name "x"}} ${"a".repeat(250)} STOP`;
    expect(codes(latin)).toEqual([]);
    expect(advice(latin.replace(" STOP", `${"a".repeat(20)} STOP`))).toEqual([
      expect.stringMatching(/^1 long: may take 3 segments if names and titles are long \(3\d\d characters\)/),
    ]);
    expect(codes(latin, SMS, "zh-CN")).toEqual(["1 long"]);
    expect(codes(latin, CHAT, "zh-CN")).toEqual([]);
    expect(codes(`拒收请回复R${"单".repeat(500)}`, SMS, "zh-CN")).toEqual(["1 too_long"]);
  });

  it("counts the signature of an approved template", () => {
    const text = (sign: string) => `---\naliyun: { ${sign}templateCode: A }\n---\n拒收请回复R${"单".repeat(134 - 7)}`;
    expect(codes(text(""), SMS, "zh-CN")).toEqual([]);
    expect(codes(text("signName: 好店, "), SMS, "zh-CN")).toEqual(["1 long".replace("1", "4")]);
  });

  it("warns of words and signs that carriers refuse", () => {
    expect(advice("{{shop}} STOP\n催 款通知")).toEqual([expect.stringMatching(/^2 refused_word: 催款 is a word/)]);
    expect(codes("{{shop}} 您的欠款 STOP", CHAT)).toEqual([]);
    expect(codes("【{{shop}}】 STOP")).toEqual(["1 signature"]);
  });

  it("compares parameters with the text", () => {
    const text = (params: string, body = "{{buyer.name}} {{total}} STOP") =>
      `---\naliyun:\n  templateCode: A\n  params: ${params}\n---\n${body}`;
    expect(advice(text('{ name: "{{buyer.name}}", sum: "{{total}}" }'))).toEqual([]);
    expect(advice(text('{ name: "{{buyer.name}}" }'))).toEqual([
      "6 text_beside_params: the text shows total, and no parameter of aliyun passes it: add a parameter",
    ]);
    expect(advice(text('{ name: "{{buyer.name}}", sum: "{{order.amount}}" }'))[0]).toMatch(/shows total, and no/);
    expect(advice(text('{ name: "{{buyer.name}}", sum: "{{total}}", id: "{{order.id}}" }'))).toEqual([
      expect.stringMatching(/^4 text_beside_params: aliyun\.params\.id is "2233445566" for the sample/),
    ]);
    expect(
      advice(
        text(
          '{ name: "{{truncate buyer.name 3}}", sum: "{{total}}" }',
          '{{truncate buyer.name 3}} {{plural count "a" "b"}} {{total}} {{#if payUrl}}{{shop}}{{/if}} STOP',
        ),
      ),
    ).toEqual([]);
  });

  it("warns of links that a provider refuses, and of texts without an approved template", () => {
    const linked = '  params: { link: "{{payUrl}}" }\n---\n{{#if payUrl}}{{payUrl}}{{/if}} {{shop}} STOP';
    expect(codes(`---\naliyun:\n  templateCode: A\n${linked}`)).toEqual(["4 link_in_param"]);
    expect(codes(`---\ntwilio:\n  contentSid: A\n${linked}`)).toEqual([]);
    expect(
      codes(`---\ntencent:\n  templateId: 1\n  params: ["https://s.example/x"]\n---\nhttps://s.example/x STOP`),
    ).toEqual(["4 link_in_param"]);
    const aliyun = { ...SMS, provider: "aliyun-sms" };
    expect(advice("{{shop}} STOP", aliyun)).toEqual([
      expect.stringMatching(/^1 no_approved_template: channel sms uses aliyun-sms/),
    ]);
    expect(codes("---\naliyun: { templateCode: A }\n---\n{{shop}} STOP", aliyun)).toEqual([]);
  });
});
