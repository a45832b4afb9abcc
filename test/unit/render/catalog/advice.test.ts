import { describe, expect, it } from "vitest";
import { adviseCampaign } from "../../../../src/core/campaign/campaign-advice.ts";
import { campaignCautions, shadowedCampaigns } from "../../../../src/core/campaign/campaign-cautions.ts";
import { parseCampaignFile } from "../../../../src/core/campaign/campaign-file.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import type { ChannelFacts } from "../../../../src/render/catalog/advice-types.ts";
import { adviseRefusedInMessage } from "../../../../src/render/catalog/refused-advice.ts";
import { parseTemplate } from "../../../../src/render/catalog/template-file.ts";
import { adviseText } from "../../../../src/render/catalog/text-advice.ts";
import { makeMessage, messageData } from "../../../../src/render/message.ts";
import { sampleFacts } from "../../../../src/render/template/sample.ts";

describe("cautions about a campaign", () => {
  const NOW = Date.parse("2026-11-12T00:00:00+08:00");
  const draft = (key: string, more: string) => {
    const steps = "steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n";
    const parsed = parseCampaignFile(key, `${steps}${more}`, ["sms"]);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return parsed.value;
  };
  const cautions = (more: string, now: number | null = NOW) =>
    [...campaignCautions(draft("c", more), now)].map(
      ({ code, path, message }) => `${code} ${path.join(".")}: ${message}`,
    );

  it.each([
    [
      "active: { to: 2026-11-12T00:00:00+08:00 }",
      "over active.to: the campaign is over since 2026-11-11T16:00:00+00:00: it takes no order that is created now",
    ],
    ["active: { to: 2026-11-12T00:00:01+08:00 }", null],
    ["holdout: 50%", null],
    [
      "holdout: 50.5%",
      "large_holdout holdout: holds out 50.5% of the buyers, who get no reminder: 5% to 10% are usual",
    ],
    [
      'quietHours: { from: "00:00", to: "23:30" }',
      "quiet_all_day quietHours: leave only 30m of the day: nearly every reminder is put off to it or skipped",
    ],
    [
      'quietHours: { from: "09:00", to: "08:00" }',
      "quiet_all_day quietHours: leave only 1h of the day: nearly every reminder is put off to it or skipped",
    ],
    ['quietHours: { from: "10:00", to: "08:59" }', null],
    ['quietHours: { from: "22:00", to: "08:00" }', null],
    [
      'quietHours: { from: "08:00", to: "08:00" }',
      "quiet_all_day quietHours: from and to are the same, so there are no quiet hours: write `off` if that is meant",
    ],
    ["quietHours: off", null],
    ['match: { amount: { min: "30" } }', null],
  ])("%s", (more, caution) => expect(cautions(more)).toEqual(caution === null ? [] : [caution]));

  const waits = (
    amounts: string,
    silence = "no reminder; handBackAfter: 2h gives them to the reminders after 2 hours",
  ) =>
    `manual manual: cases of ${amounts} and more wait for a person: the page Follow-up and \`dunlin desk\` list them, and they get ${silence}`;
  const all = (amounts: string) =>
    `all_manual match.amount.min: is not below manual.amountAtLeast (${amounts}): a person gets every case of this campaign, before any reminder`;
  it.each([
    ['manual: { amountAtLeast: "1000" }', [waits("1000", "no reminder for 2h (handBackAfter)")]],
    ['manual: { amountAtLeast: "1000", handBackAfter: never }', [waits("1000")]],
    ['manual: { amountAtLeast: "1000", handBackAfter: 2h }', [waits("1000", "no reminder for 2h (handBackAfter)")]],
    [
      "manual: { tiers: [vip], holdout: 10%, handBackAfter: never }",
      [
        "manual manual: cases of buyers of the tier vip, but for 10% of the buyers (holdout), wait for a person: the page Follow-up and `dunlin desk` list them, and they get no reminder; handBackAfter: 2h gives them to the reminders after 2 hours",
      ],
    ],
    [
      'match: { amount: { min: "1000.00" } }\nmanual: { amountAtLeast: "1000", handBackAfter: never }',
      [waits("1000"), all("1000")],
    ],
    ['match: { amount: { min: "999.99" } }\nmanual: { amountAtLeast: "1000", handBackAfter: never }', [waits("1000")]],
    [
      'match: { amount: { min: { CNY: "3000", EUR: "400" } } }\nmanual: { amountAtLeast: { EUR: "400", CNY: "999" }, handBackAfter: never }',
      [waits("400 EUR and 999 CNY"), all("400 EUR and 999 CNY")],
    ],
    [
      'match: { amount: { min: { CNY: "3000", EUR: "399" } } }\nmanual: { amountAtLeast: { EUR: "400", CNY: "999" }, handBackAfter: never }',
      [waits("400 EUR and 999 CNY")],
    ],
    [
      'match: { amount: { min: "3000" } }\nmanual: { amountAtLeast: { CNY: "3000" }, handBackAfter: never }',
      [waits("3000 CNY")],
    ],
    [
      "manual: { tiers: [gold, vip], handBackAfter: 2h }",
      [
        "manual manual: cases of buyers of the tier gold or vip wait for a person: the page Follow-up and `dunlin desk` list them, and they get no reminder for 2h (handBackAfter)",
      ],
    ],
  ])("of a person's cases: %s", (more, expected) => expect(cautions(more)).toEqual(expected));

  it("does not judge the time without a clock", () =>
    expect(cautions("active: { to: 2020-01-01T00:00:00Z }", null)).toEqual([]));

  const shadows = (...campaigns: readonly (readonly [key: string, more: string])[]) =>
    [...shadowedCampaigns(campaigns.map(([key, more]) => draft(key, more)))].map(
      ({ campaign, message }) => `${campaign}: ${message}`,
    );
  const TWIN =
    "has the same match and priority as campaign a, which takes the orders while both are active, because its name comes first: give one of them another match or priority";

  it("name two campaigns with the same match and priority", () => {
    expect(shadows(["b", "match: { tags: [d11, sale] }"], ["a", "match: { tags: [Sale, D11] }"])).toEqual([
      `b: ${TWIN}`,
    ]);
    expect(shadows(["a", ""], ["b", ""])).toEqual([`b: ${TWIN}`]);
    // They never run together, differ, or share the orders by an exclusion.
    const [one, two] = ["active: { to: 2026-11-10T00:00:00Z }", "active: { from: 2026-11-10T00:00:00Z }"];
    expect(shadows(["a", one], ["b", two])).toEqual([]);
    expect(shadows(["a", "match: { tags: [d11] }"], ["b", "match: { tags: [d12] }"])).toEqual([]);
    expect(shadows(["a", "exclude: { tags: [vip] }"], ["b", ""])).toEqual([]);
    expect(
      shadows(["a", "active: { to: 2026-11-10T00:00:00Z }"], ["b", "active: { from: 2026-11-09T00:00:00Z }"]),
    ).toEqual([`b: ${TWIN}`]);
  });

  it("name a campaign that is never chosen, because a wider one comes first", () => {
    const never = (by: string, priority: number, key: string) =>
      `${key}: campaign ${by} (priority ${priority}) comes first and fits every order that ${key} fits, so ${key} is never chosen: give it a higher priority`;
    expect(shadows(["default", ""], ["vip", "match: { tags: [vip] }"])).toEqual([never("default", 0, "vip")]);
    expect(shadows(["default", ""], ["vip", "match: { tags: [vip] }\npriority: 1"])).toEqual([]);
    const small = 'match: { amount: { min: "10", max: "20" } }';
    expect(shadows(["all", 'priority: 5\nmatch: { amount: { min: "10", max: "20.5" } }'], ["b", small])).toEqual([
      never("all", 5, "b"),
    ]);
    expect(shadows(["all", 'priority: 5\nmatch: { amount: { min: "10.01" } }'], ["b", small])).toEqual([]);
    expect(shadows(["all", "priority: 5\nmatch: { shops: [acme] }"], ["b", ""])).toEqual([]);
    expect(shadows(["all", "priority: 5\nactive: { to: 2026-11-10T00:00:00Z }"], ["b", ""])).toEqual([]);
  });
});

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
  const SMS: ChannelFacts = { name: "sms", provider: "webhook", contacts: ["phone"] };
  const CHAT: ChannelFacts = { name: "chat", provider: "webhook", contacts: ["chat"] };
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

  it("counts the link of the shop, or else one of usual length", () => {
    const parsed = parseTemplate(
      { campaign: "c", step: "s", variant: null, channel: "sms", locale: "zh-CN" },
      `${"单".repeat(70)}{{payUrl}}拒收请回复R`,
    );
    if (!parsed.ok) throw new Error("must be right");
    const said = (payUrl?: string) => [...adviseText(parsed.template, SMS, payUrl)].map(({ message }) => message);
    expect(said()).toEqual(["takes 3 segments (147 characters): shorten it to at most 2"]);
    expect(said("https://s.cn/ab")).toEqual([]);
  });

  it("counts the signature of an approved template", () => {
    const text = (sign: string) => `---\naliyun: { ${sign}templateCode: A }\n---\n拒收请回复R${"单".repeat(134 - 7)}`;
    expect(codes(text(""), SMS, "zh-CN")).toEqual([]);
    expect(codes(text("signName: 好店, "), SMS, "zh-CN")).toEqual(["1 long".replace("1", "4")]);
    // The channel's own signature counts as well.
    const signed = { ...SMS, provider: "aliyun-sms", signName: "好店" };
    expect(codes(text(""), signed, "zh-CN")).toEqual(["4 long"]);
  });

  it("warns of words and signs that carriers refuse", () => {
    expect(advice("{{shop}} STOP\n催 款通知")).toEqual([
      "2 refused_word: 催款 is refused by mainland carriers: it reads like debt collection; write a notice about the order (https://support.huaweicloud.com/productdesc-msgsms/sms_templates.html)",
    ]);
    expect(codes("{{shop}} 您的欠款 STOP", CHAT)).toEqual([]);
    expect(codes("【{{shop}}】 STOP")).toEqual(["1 signature"]);
  });

  const ALIYUN = { ...SMS, provider: "aliyun-sms" };
  const TWILIO = { ...SMS, provider: "twilio-sms" };
  const refused = (text: string, channel: ChannelFacts, locale = "zh-CN") => {
    const front = channel === ALIYUN ? "---\naliyun: { templateCode: A }\n---\n" : "";
    return codes(`${front}${text} ${locale === "en" ? "" : "拒收请回复R "}STOP`, channel, locale)
      .map((code) => code.replace(/^\d+ /, ""))
      .filter((code) => code.startsWith("refused"));
  };

  it.each([
    ["请加微信领取", ["refused_contact"]],
    ["加我 V 信", ["refused_contact"]],
    ["微信：abc12345", ["refused_contact"]],
    ["客服ＱＱ 12345678", ["refused_contact"]],
    ["加群有礼", ["refused_contact"]],
    ["电话13812345678", ["refused_contact"]],
    ["+86 138-1234-5678", ["refused_contact"]],
    ["付款返现5元", ["refused_word"]],
    ["送您红包", ["refused_word"]],
    ["恭喜中奖", ["refused_word"]],
    ["限时优惠", ["refused_word"]],
    ["最后一天", ["refused_word"]],
    ["http://t.cn/A6x", ["refused_link"]],
    ["bit.ly/x", ["refused_link"]],
    ["★请付款", ["refused_character"]],
    ["¥9 → ※ ☞ √ 😀", Array(6).fill("refused_character")],
    ["谢谢^_^", ["refused_character"]],
    ["可用微信支付", []],
    ["客服400-820-8820", []],
    ["订单13812345678901已保留", []],
    ["https://pay.example.cn/13812345678", []],
    ["https://shop.t.cn.example.com/x", []],
    ["阿卜杜·艾力：25分钟（129.00元）", []],
  ])("warns of what mainland providers refuse: %s", (text, expected) => {
    expect(refused(text, ALIYUN)).toEqual(expected);
    expect(refused(text, SMS)).toEqual(expected);
    expect(refused(text, TWILIO)).toEqual(expected);
  });

  it("warns elsewhere of what is refused there alone", () => {
    expect(refused("Pay: https://bit.ly/x", TWILIO, "en")).toEqual(["refused_link"]);
    expect(refused("★ £9 → gift", TWILIO, "en")).toEqual([]);
    expect(refused("★ gift", ALIYUN, "en")).toEqual(["refused_character"]);
    expect(refused("加微信", CHAT)).toEqual(["refused_contact"]);
    expect(refused("电话400-820-8820", CHAT)).toEqual(["refused_contact"]);
    expect(refused("★😀 ¥9 中奖", CHAT)).toEqual([]);
    const wechat: ChannelFacts = { name: "wechat", provider: "wechat", contacts: ["chat.wechat"] };
    expect(refused("送您红包", wechat)).toEqual(["refused_word"]);
    expect(refused("wa.me/123 y", { name: "whatsapp", provider: "whatsapp", contacts: ["phone"] }, "en")).toEqual([
      "refused_link",
    ]);
  });

  it("names the character, the source and the line, each once, and no comment", () => {
    expect(advice("{{! ★ }}{{shop}} 拒收请回复R\n★★ {{shop}} ★", SMS, "zh-CN")).toEqual([
      "2 refused_character: contains ★ (U+2605), which mainland providers refuse or garble: remove it",
    ]);
    expect(advice("---\naliyun: { templateCode: A }\n---\n{{shop}} 拒收请回复R 中奖", ALIYUN, "zh-CN")[0]).toContain(
      "4 refused_word: 中奖 is refused by Aliyun: it promises a prize; write a notice about the order (https://help.aliyun.com/",
    );
  });

  it("names the variable that brought it in, and repeats no contact", () => {
    const parsed = parseTemplate(
      { campaign: "c", step: "s", variant: null, channel: "sms", locale: "zh-CN" },
      "{{buyer.name}} {{list items}} {{order.note}} {{payUrl}} 拒收请回复R",
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const made = sampleFacts("zh-CN");
    const orders = made.orders.map((order) => ({
      ...order,
      note: "请加微信abcdef1",
      payUrl: "https://t.cn/x",
      items: [{ sku: null, title: "限时秒杀羽绒服", quantity: 1, price: "1" }],
    }));
    const channel = { ...SMS, cost: null };
    const data = messageData({ ...made, buyer: { ...made.buyer, name: "小★星" }, orders }, channel);
    const message = makeMessage(parsed.template, data, channel, "+86");
    if (!message.ok) throw new Error(message.message);
    const said = [...adviseRefusedInMessage(parsed.template, SMS, message, data)].map(({ message }) => message);
    expect(said.map((text) => text.replace(/ is refused.*|, which.*/, ""))).toEqual([
      "contains ★ (U+2605) from buyer.name",
      "a contact from orders.note",
      "限时 from orders.items.title",
      "t.cn from orders.payUrl",
    ]);
    expect(said.join()).not.toContain("abcdef1");
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
    const unsigned = "---\naliyun: { templateCode: A }\n---\n{{shop}} STOP";
    expect(advice(unsigned, aliyun)).toEqual([
      expect.stringMatching(/^2 no_approved_template: neither the text nor channel sms has a signName/),
    ]);
    expect(codes(unsigned, { ...aliyun, signName: "好店" })).toEqual([]);
    const wechat: ChannelFacts = { name: "chat", provider: "wechat", contacts: ["chat.wechat"] };
    expect(codes("{{shop}} STOP", wechat)).toEqual(["1 no_approved_template"]);
    expect(codes("---\nwechat: { templateId: W1 }\n---\n{{shop}} STOP", wechat)).toEqual([]);
  });
});
