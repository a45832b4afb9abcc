import { describe, expect, it } from "vitest";
import { DAY, MINUTE } from "../../src/core/duration.ts";
import { preview as contract } from "../../src/http/contract.ts";
import { takeIn } from "../../src/intake/take-in.ts";
import { type PreviewDeps, previewTemplate } from "../../src/preview/preview.ts";
import { intakeDeps, T0, toldEvent } from "../support/intake.ts";
import { bearer, JSON_TYPE, stubServer } from "./support.ts";

const CHANNELS: PreviewDeps["channels"] = [
  { name: "sms", provider: "webhook", contact: "phone", cost: { micros: 45_000, currency: "CNY" } },
  { name: "chat", provider: "webhook", contact: "chat", cost: null },
];

async function setup(...events: readonly object[]) {
  const { deps, database, ready, vault, shopOf } = await intakeDeps();
  await database.setNow(T0);
  if (events.length > 0) await takeIn(deps, ready(events));
  const preview = { sql: database.sql, vault, shopOf, shop: "acme", channels: CHANNELS, now: () => T0 };
  const { app, lines } = stubServer({ preview: (query) => previewTemplate(preview, query) });
  const ask = async (body: unknown, key = "viewer") => {
    const payload = typeof body === "string" ? body : JSON.stringify(body);
    const headers = { ...bearer(key), ...JSON_TYPE };
    const answer = await app.inject({ url: "/v1/templates/preview", method: "POST", headers, payload });
    return { status: answer.statusCode, json: answer.json(), text: answer.body };
  };
  return { ask, lines };
}
const TEMPLATE = "{{default buyer.name \"there\"}}, {{plural count 'order' 'orders'}} of {{total}} STOP";
const body = (more: object = {}) => ({ template: TEMPLATE, channel: "sms", locale: "en", ...more });

describe("POST /v1/templates/preview of a sample", () => {
  it("answers with text, counts, cost and warnings", async () => {
    const { ask } = await setup();
    const { status, json } = await ask(body());
    expect([status, json]).toEqual([
      200,
      {
        text: "Li Lei, order of $129.00 STOP",
        locale: "en",
        characters: 29,
        segments: 1,
        encoding: "GSM-7",
        cost: { amount: "0.045", currency: "CNY" },
        params: {},
        approved: null,
        warnings: [],
      },
    ]);
    expect(contract.safeParse(json).error).toBeUndefined();
  });

  it("takes what is given over what is made up, and null for absent", async () => {
    const { ask } = await setup();
    const text = async (sample: object, template = TEMPLATE) => {
      const { json } = await ask(body({ sample, template }));
      return json.text ?? json.detail ?? json;
    };
    expect(await text({ buyer: { name: null }, total: "9.90" })).toBe("there, order of $9.90 STOP");
    expect(await text({ order: { amount: "5000", currency: "JPY" }, count: 3 })).toBe("Li Lei, orders of ¥15,000 STOP");
    expect(await text({ timeLeft: "5m" }, "{{timeLeft}}")).toBe("5 minutes");
    expect(await text({ closesAt: new Date(T0 + DAY).toISOString() }, "{{timeLeft}}")).toBe("1 day");
    expect(
      await text(
        {
          orders: [
            { id: "a", items: [{ title: "Cap" }] },
            { id: "b", items: null },
          ],
        },
        '{{list orders}} {{list items "title"}}',
      ),
    ).toBe("a and b Cap");
    expect(await text({ buyer: { name: null } }, "{{buyer.name}}")).toContain("buyer.name is missing");
  });

  it("counts by locale and channel, and prices every segment", async () => {
    const { ask } = await setup();
    const long = { template: `${"单".repeat(65)}拒收请回复R` };
    const counted = async (more: object) => {
      const { json } = await ask(body({ ...long, ...more }));
      return [json.segments, json.encoding, json.characters, json.cost?.amount ?? null];
    };
    expect(await counted({ locale: "zh-CN" })).toEqual([2, "UCS-2", 71, "0.09"]);
    expect(await counted({ channel: "chat" })).toEqual([1, "UTF-8", 71, null]);
    const signed = { template: `---\naliyun: { signName: 好店, templateCode: A }\n---\n${"单".repeat(61)}拒收请回复R` };
    expect(await counted({ ...signed, locale: "zh-CN" })).toEqual([2, "UCS-2", 71, "0.09"]);
  });

  it("warns, and shows the approved template", async () => {
    const { ask } = await setup();
    const template =
      '---\naliyun: { signName: 好店, templateCode: SMS_1, params: { sum: "{{total}}", link: "{{payUrl}}" } }\n---\n催款：{{total}}';
    const { json } = await ask(body({ template, locale: "zh-CN" }));
    expect(json).toMatchObject({
      text: "催款：¥129.00",
      params: { sum: "¥129.00", link: "https://pay.example/p/3fK9" },
      approved: { provider: "aliyun", fields: { signName: "好店", templateCode: "SMS_1" } },
      warnings: [
        expect.stringMatching(/^line 4: 催款 is a word that mainland carriers refuse/),
        expect.stringMatching(/^line 4: says no way to refuse/),
        expect.stringMatching(/^line 2: aliyun\.params\.link holds a link/),
      ],
    });
  });

  it.each([
    ["{", 400, "invalid_json", /end/],
    [{ channel: "sms" }, 422, "invalid_body", /template: is required|template: .*expected string/i],
    [body({ sample: { buyer: { nmae: "x" } } }), 422, "invalid_body", /nmae/],
    [body({ sample: {}, order: { shop: "acme", id: "1" } }), 422, "invalid_body", /not both/],
    [body({ channel: "smss" }), 422, "invalid_body", /channel: no such channel is configured \(did you mean `sms`\?\)/],
    [body({ locale: "not a locale" }), 422, "invalid_body", /locale: is no locale/],
    [body({ sample: { total: "1.999" } }), 422, "invalid_body", /sample\.total: must be a decimal of USD/],
    [body({ sample: { order: { currency: "XXY" } } }), 422, "invalid_body", /currency: is no ISO 4217/],
    [body({ sample: { shop: "nowhere" } }), 422, "unknown_shop", /nowhere/],
    [
      body({ template: "a\n{{totl}}" }),
      422,
      "invalid_template",
      /unknown variable \{\{totl\}\} \(did you mean total\?\)/,
    ],
    [body({ template: "{{> x}}{{constructor}}" }), 422, "invalid_template", /partials/],
    [body({ template: "x".repeat(70_000) }), 422, "invalid_body", /template/],
    [body({ order: { shop: "acme", id: "none" } }), 404, "order_not_found", /no event/],
  ])("refuses what is wrong (%#)", async (sent, status, code, said) => {
    const { ask } = await setup();
    const answer = await ask(sent);
    expect([answer.status, answer.json.code], answer.text).toEqual([status, code]);
    expect(answer.text.replaceAll('\\"', '"')).toMatch(said);
  });

  it("names the line of a fault", async () => {
    const { ask } = await setup();
    expect((await ask(body({ template: "---\nalyun: {}\n---\n{{shop}}" }))).json.errors).toEqual([
      { line: 2, message: "alyun: unknown key (did you mean `aliyun`?)" },
    ]);
  });

  it("is for whoever may read", async () => {
    const { ask } = await setup();
    expect((await ask(body(), "wrong")).status).toBe(401);
    expect((await ask(body(), "operator")).status).toBe(200);
  });
});

describe("POST /v1/templates/preview of a stored order", () => {
  const buyer = {
    id: "b1",
    phone: "+8613812345678",
    name: "李小雷",
    chat: { wechat: "wx-openid-77" },
    locale: "zh-CN",
  };
  const created = (id: string, more: object = {}) =>
    toldEvent(`${id}-c`, "order.created", T0 - 10 * MINUTE, {
      id,
      buyer,
      closesAt: new Date(T0 + 30 * MINUTE).toISOString(),
      payUrl: "https://s.example/p/1?phone=13812345678",
      note: "call 13812345678 please",
      items: [{ title: "羽绒服", quantity: 1 }],
      ...more,
    });
  const template =
    "{{buyer.name}} {{order.note}} {{list items}} {{list orders}} {{total}} {{timeLeft}} {{payUrl}} 拒收请回复R";

  it("shows what the case's message would say, without the buyer's phone, name or note", async () => {
    const { ask, lines } = await setup(created("o1"), created("o2", { amount: "1.00" }));
    const { json, text } = await ask({ template, channel: "sms", order: { shop: "acme", id: "o1" } });
    expect(json.text).toBe(
      "李** **** *********** ****** 羽绒服和羽绒服 o1和o2 ¥130.00 30分钟 https://s.example/p/1?*** 拒收请回复R",
    );
    expect(json).toMatchObject({ locale: "zh-CN", encoding: "UCS-2", segments: 2 });
    expect(json.characters).toBe([...json.text].length + "phone=13812345678".length - "***".length);
    expect(text + lines.join("")).not.toMatch(/1381234|小雷|openid/);
  });

  it("takes the order alone when it is in no case any more", async () => {
    const paid = toldEvent("p", "order.paid", T0, { id: "o1" });
    const { ask } = await setup(created("o1"), created("o2"), paid);
    const ids = async (id: string) =>
      (await ask({ template: "{{list orders}} STOP", channel: "chat", order: { shop: "acme", id } })).json.text;
    expect(await ids("o1")).toBe("o1 STOP");
    expect(await ids("o2")).toBe("o2 STOP");
  });

  it("says why such a buyer would get nothing", async () => {
    const { ask } = await setup(created("o1", { payUrl: null }), toldEvent("u", "order.updated", T0, { id: "o9" }));
    const asked = async (id: string) =>
      (await ask({ template: "{{payUrl}}", channel: "sms", order: { shop: "acme", id } })).json;
    expect(await asked("o1")).toMatchObject({
      status: 422,
      code: "template_not_rendered",
      detail: expect.stringContaining("payUrl is missing"),
    });
    expect(await asked("o9")).toMatchObject({
      code: "template_not_rendered",
      detail: expect.stringContaining("not told yet"),
    });
  });
});
