import { describe, expect, it } from "vitest";
import { parseTemplate, type Template } from "../../../../src/render/catalog/template-file.ts";
import { buildTemplateData } from "../../../../src/render/template/data.ts";
import { SAMPLE_DATA, SAMPLE_FACTS } from "../../../../src/render/template/sample.ts";

const NAME = { campaign: "c", step: "nudge", variant: null, channel: "sms", locale: "en" };
const parse = (yaml: string, body = "Hi {{buyer.name}}") => parseTemplate(NAME, `---\n${yaml}\n---\n${body}`);
const front = (yaml: string, body?: string): Template => {
  const result = parse(yaml, body);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.template;
};
const faults = (yaml: string, body?: string) => {
  const result = parse(yaml, body);
  return result.ok ? [] : result.faults.map(({ line, message }) => `${line}: ${message}`);
};

it("finds the variables that the text or a parameter names, however YAML writes them", () => {
  const of = (yaml: string, body: string) => front(yaml, body).speaksOf;
  expect(of("", "{{shop}}: {{total}}")).toEqual({ name: false, items: false });
  expect(of("", "{{#if buyer.name}}{{buyer.name}}{{/if}} {{#each items}}{{title}}{{/each}}")).toEqual({
    name: true,
    items: true,
  });
  const params = (value: string) => `aliyun: { signName: Acme, templateCode: S, params: { x: "${value}" } }`;
  expect(of("", "{{#each buyer}}{{this}}{{/each}}")).toEqual({ name: true, items: true });
  expect(of(params("{{#each buyer}}{{this}}{{/each}}"), "{{shop}}").name).toBe(true);
  expect(of(params("{{buyer.name}}"), "{{shop}}")).toEqual({ name: true, items: false });
  expect(of("", "{{#each buyer}}{{this}}{{/each}}")).toEqual({ name: true, items: true });
  expect(of(params("{{#each buyer}}{{this}}{{/each}}"), "{{shop}}").name).toBe(true);
  expect(of(params("{{buyer.n\\x61me}}"), "{{shop}}").name).toBe(true);
});

describe("approved templates", () => {
  it("are named with the text, and their parameters are rendered like it", () => {
    const template = front(
      'aliyun: { signName: Acme, templateCode: SMS_1, params: { name: "{{buyer.name}}", sum: "{{total}}" } }',
    );
    expect(template.render(SAMPLE_DATA)).toEqual({
      ok: true,
      text: "Hi Li Lei",
      params: { name: "Li Lei", sum: "CN¥129.00" },
      approved: { provider: "aliyun", fields: { signName: "Acme", templateCode: "SMS_1" } },
      mail: null,
    });
  });

  it("are chosen by the channel's provider; a webhook gets the only one", () => {
    const two = front(
      'aliyun: { templateCode: A, params: { n: "{{shop}}" } }\ntencent: { templateId: 123, params: ["{{shop}}", "{{count}}"] }',
    );
    const given = (template: Template, provider?: string) => {
      const result = template.render(SAMPLE_DATA, provider);
      return result.ok ? [result.approved?.provider ?? null, result.params] : result.message;
    };
    expect(given(two, "tencent-sms")).toEqual(["tencent", { 1: "acme", 2: "1" }]);
    expect(given(two, "aliyun-sms")).toEqual(["aliyun", { n: "acme" }]);
    for (const none of ["twilio-sms", "webhook", undefined]) expect(given(two, none), none).toEqual([null, {}]);
    const one = front('aliyun: { templateCode: A, params: { n: "{{shop}}" } }');
    for (const all of ["webhook", "console", undefined])
      expect(given(one, all), all).toEqual(["aliyun", { n: "acme" }]);
    expect(given(one, "tencent-sms")).toEqual([null, {}]);
    expect(two.front.tencent?.fields).toEqual({ templateId: "123" });
  });

  it("may be of any provider", () => {
    const render = (yaml: string) => {
      const result = front(yaml).render(SAMPLE_DATA);
      return result.ok ? [result.approved?.fields, result.params] : result.message;
    };
    expect(render('twilio: { contentSid: HX1, params: { 1: "{{buyer.name}}" } }')).toEqual([
      { contentSid: "HX1" },
      { 1: "Li Lei" },
    ]);
    expect(render('whatsapp: { name: order_open, language: zh_CN, params: ["{{buyer.name}}"] }')).toEqual([
      { name: "order_open", language: "zh_CN" },
      { 1: "Li Lei" },
    ]);
    expect(
      render(
        'whatsapp:\n  name: w\n  language: en\n  components:\n    - { type: body, parameters: ["{{buyer.name}}", "{{total}}"] }\n    - { type: button, sub_type: url, index: 0, parameters: ["{{order.id}}"] }',
      ),
    ).toEqual([
      { name: "w", language: "en", "button.0": "url" },
      { "body.1": "Li Lei", "body.2": "CN¥129.00", "button.0.1": "2233445566" },
    ]);
    expect(render('wechat: { templateId: W1, page: "/o", params: { thing1: "{{shop}}" } }')).toEqual([
      { templateId: "W1", page: "/o" },
      { thing1: "acme" },
    ]);
  });

  it("are not sent if a parameter is missing", () => {
    const noteless = buildTemplateData({
      ...SAMPLE_FACTS,
      orders: SAMPLE_FACTS.orders.map((order) => ({ ...order, note: null })),
    });
    expect(front('aliyun: { templateCode: A, params: { note: "{{order.note}}" } }').render(noteless)).toMatchObject({
      ok: false,
      message: expect.stringContaining("parameter note: order.note is missing"),
    });
  });

  it.each([
    [
      "aliyun:\n  signName: A\n  templateCod: B",
      ["2: aliyun.templateCode: is required", "4: aliyun.templateCod: unknown key (did you mean `templateCode`?)"],
    ],
    ["aliyun: { templateCode: A, params: [x] }", ["2: aliyun.params: must be a map of keys"]],
    ["tencent: { templateId: 1, params: { a: x } }", ["2: tencent.params: must be a list"]],
    ["tencent: { params: [x] }", ["2: tencent.templateId: is required"]],
    ["twilio: { contentSid: 'a b' }", ["2: twilio.contentSid: must be one word"]],
    ["whatsapp: { name: n }", ["2: whatsapp.language: is required"]],
    [
      "whatsapp: { name: n, language: en, params: [x], components: [] }",
      ["2: whatsapp.params: are those of the body: name them in components, or here, not in both"],
    ],
    [
      "whatsapp:\n  name: n\n  language: en\n  components:\n  - { type: button, parameters: [x] }",
      ["6: whatsapp.components[0].index: a button needs an index, and nothing else has one"],
    ],
    [
      "whatsapp:\n  name: n\n  language: en\n  components:\n  - { type: body, parameters: [x] }\n  - { type: body, parameters: [y] }",
      ["7: whatsapp.params.body.1: is there twice"],
    ],
    [
      "aliyun:\n  templateCode: A\n  params:\n    ok: x\n    bad: '{{nmae}}'\n    'a b': x",
      [
        "6: aliyun.params.bad: unknown variable {{nmae}}",
        "7: aliyun.params.a b: the key must be letters, digits and _, at most 40",
      ],
    ],
    [
      "tencent:\n  templateid: 1\n  params: ['{1}']",
      [
        "3: tencent.templateid: unknown key",
        "2: tencent.templateId: is required",
        "4: tencent.params.1: {1} looks like a variable",
      ].sort(),
    ],
    [
      "aliyun:\n  templateCode: A\n  params:\n    ok: x\n    bad: '{{buyer.nmae}}'",
      ["6: aliyun.params.bad: unknown variable {{buyer.nmae}} (did you mean buyer.name?)"],
    ],
    ["category: promo", ["2: category: must be one of notice, marketing"]],
    ["alyun: {}", ["2: alyun: unknown key (did you mean `aliyun`?)"]],
    [
      "aliyun: &a { templateCode: A }\nwechat: *a",
      ["2: anchors (&name) are not allowed", "3: aliases (*name) are not allowed: write the value out"],
    ],
    ["aliyun:\n  templateCode: A\n  templateCode: B", ["4: the key `templateCode` is there twice"]],
    ["aliyun: !x { templateCode: A }", ["2: tags (!name) are not allowed"]],
    ["__proto__: { x: 1 }", ["2: the key `__proto__` is not allowed"]],
    ["aliyun: [", ["2: is not valid YAML"]],
    [`x: ${"y".repeat(5_000)}`, ["2: is too long"]],
    [`tencent: { templateId: 1, params: [${"x,".repeat(31)}] }`, ["2: has more than 30 parameters in all"]],
  ])("%.50s: is refused with its line", (yaml, expected) => {
    const said = faults(yaml);
    expect(said).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(said[index]).toContain(text);
  });
});
