import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { openChannels } from "../../src/channels/registry.ts";
import type { Channel } from "../../src/core/seams/channel.ts";
import { DAY, MINUTE } from "../../src/core/values/duration.ts";
import { preview as contract } from "../../src/http/contract/templates.ts";
import { takeIn } from "../../src/intake/take-in.ts";
import { createNewestOrders } from "../../src/preview/newest-orders.ts";
import { type PreviewDeps, previewTemplate } from "../../src/preview/preview.ts";
import type { Running } from "../../src/preview/recent-segments.ts";
import { sendDraft } from "../../src/preview/test-draft.ts";
import type { ChannelConfig } from "../../src/providers/all.ts";
import { SAMPLE_URL } from "../../src/render/template/sample.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { fileContext } from "../support/file-context.ts";
import { intakeDeps, receivedEvent } from "../support/intake.ts";
import { faults } from "../support/provider-faults.ts";
import { campaignOf, T0 } from "../support/rules.ts";
import { bearer, JSON_TYPE, stubServer } from "./support.ts";

const SECRET = "whsec_ZmFrZSBwcm92aWRlcidzIHNlY3JldCBvZiAzMiBieXRlcw==";

const CHANNELS: PreviewDeps["channels"] = [
  { name: "sms", provider: "webhook", contacts: ["phone"], cost: { micros: 45_000, currency: "CNY" } },
  { name: "chat", provider: "webhook", contacts: ["chat"], cost: null },
];

const NONE: Running = { policy: { campaigns: [] }, catalog: { templates: [] } };

async function setup(...events: readonly object[]) {
  return runningSetup(NONE, ...events);
}

const file = fileContext();
let empty: ReturnType<typeof store> | undefined;
/** A preview writes nothing, so all that need no order share a database. */
const emptyStore = () => {
  empty ??= store([], file);
  return empty;
};

async function store(events: readonly object[], context?: typeof file) {
  const made = await intakeDeps({}, context);
  await made.database.setNow(T0);
  if (events.length > 0) await takeIn(made.deps, made.ready(events));
  return made;
}

async function runningSetup(running: Running, ...events: readonly object[]) {
  const { database, vault, shopOf } = await (events.length > 0 ? store(events) : emptyStore());
  const clock = { ms: T0 };
  const preview = {
    ...{ sql: database.sql, vault, shopOf, shop: "acme", channels: CHANNELS },
    ...{ running: () => running, newest: createNewestOrders(database.sql, () => clock.ms), now: () => T0 },
  };
  const { app, lines } = stubServer({ preview: (query) => previewTemplate(preview, query) });
  const ask = async (body: unknown, key = "viewer") => {
    const payload = typeof body === "string" ? body : JSON.stringify(body);
    const headers = { ...bearer(key), ...JSON_TYPE };
    const answer = await app.inject({ url: "/v1/templates/preview", method: "POST", headers, payload });
    return { status: answer.statusCode, json: answer.json(), text: answer.body };
  };
  return { ask, lines, clock, sql: database.sql };
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
        subject: null,
        recent: null,
        warnings: [],
      },
    ]);
    expect(contract.safeParse(json).error).toBeUndefined();
  });

  it("counts the segments over the newest orders that could use the text, and tells nothing else of them", async () => {
    const payUrl = (length: number) => "https://pay.example/".padEnd(length, "secret");
    const order = (n: number, more: object, buyer: object = {}) =>
      receivedEvent(`e${n}`, "order.created", T0 - n * MINUTE, {
        id: `o${n}`,
        buyer: { id: `b${n}`, phone: `+44740012345${n}`, ...buyer },
        ...more,
      });
    const texts = ["en", "de"].map((locale) => ({ campaign: "d11", step: "nudge", channel: "sms", locale }));
    const d11 = campaignOf({
      ...{ key: "d11", active: { from: T0 + DAY, to: null } },
      match: { shops: null, tags: ["d11"], amount: null },
    });
    const { ask, clock, sql } = await runningSetup(
      { policy: { campaigns: [d11] }, catalog: { templates: texts } },
      order(1, { payUrl: payUrl(30), tags: ["d11"] }),
      order(2, { payUrl: payUrl(200) }),
      order(3, { payUrl: payUrl(400), tags: ["d11"] }),
      order(4, { payUrl: payUrl(400), tags: ["d11"] }, { locale: "de-AT" }),
      order(5, { payUrl: payUrl(600) }, { phone: null }),
      order(6, { payUrl: payUrl(600), paymentMethod: "cod" }),
      order(7, {}),
    );
    const recent = async (more: object) => {
      const { status, json, text } = await ask(body({ template: "{{payUrl}} STOP", ...more }));
      expect(status, text).toBe(200);
      expect(text).not.toMatch(/secret|4474/);
      return json.recent;
    };
    const cny = (amount: string) => ({ amount, currency: "CNY" });
    expect(await recent({ sample: { shop: "acme" } })).toEqual({
      ...{ orders: 4, failed: 1, segments: { least: 1, usual: 2, most: 3 } },
      cost: { least: cny("0.045"), usual: cny("0.09"), most: cny("0.135") },
    });
    // By the match of the campaign, whenever it is active, and without buyers who get another text of the step.
    expect(await recent({ campaign: "d11", step: "nudge" })).toMatchObject({
      ...{ orders: 2, failed: 0, segments: { least: 1, usual: 1, most: 3 } },
    });
    expect(await recent({ campaign: "d11", step: "nudge", locale: "fr" })).toBeNull();
    expect(await recent({ channel: "chat" })).toBeNull();
    // A real order is shown.
    const real = await ask(body({ order: { shop: "acme", id: "o1" } }));
    expect([real.status, real.json.recent]).toEqual([200, null]);
    // The orders are kept for ten seconds. A contact that cannot be opened fails the text of its order and of no other.
    const { count } =
      await sql`update contacts set cipher = '\\x00' where kind = 'phone' and buyer_id = (select buyer_id from orders where id = 'o2')`;
    expect(count).toBe(1);
    const counted = async () => {
      const { orders, failed } = await recent({ sample: { shop: "acme" } });
      return [orders, failed];
    };
    clock.ms += 9_999;
    expect(await counted()).toEqual([4, 1]);
    clock.ms += 1;
    expect(await counted()).toEqual([3, 2]);
  });

  it("prefers given values to made-up ones, and treats null as absent", async () => {
    const { ask } = await setup();
    const text = async (sample: object, template = TEMPLATE) => {
      const { json } = await ask(body({ sample, template }));
      return json.text ?? json.detail ?? json;
    };
    expect(await text({ buyer: { name: null }, total: "9.90" })).toBe("there, order of $9.90 STOP");
    expect(await text({ order: { amount: "5000", currency: "JPY" }, count: 3 })).toBe("Li Lei, orders of ¥15,000 STOP");
    const number = "{{order.number}} STOP";
    expect(await text({ order: { id: "5001", number: "#1006" } }, number)).toBe("#1006 STOP");
    expect(await text({ order: { id: "5001" } }, number)).toBe("5001 STOP");
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

  const EVERYTHING =
    "{{shop}} {{buyer.name}} {{buyer.tier}} {{list orders}} {{order.id}} {{total}} {{count}} {{list items}} {{duration timeLeft}} {{closesAt}} {{payUrl}} {{campaign}} {{step}} STOP";

  it("accepts every variable that the contract names", async () => {
    const { ask } = await setup();
    const sample = {
      shop: "acme",
      buyer: { name: "Ann", tier: "silver" },
      orders: [{ id: "b" }, { id: "a", items: [{ title: "Hat" }] }],
      order: { id: "first", currency: "EUR" },
      total: "258.00",
      count: 7,
      items: [{ sku: "S1", title: "Cap", quantity: 2, price: "9.50" }, { title: "Coat" }],
      closesAt: "2026-11-10T23:59:00+08:00",
      timeLeft: "28m",
      payUrl: "https://s.example/p",
      campaign: "double11",
      step: "nudge",
    };
    const { status, json } = await ask(body({ template: EVERYTHING, channel: "chat", sample }));
    expect([status, json.warnings]).toEqual([200, []]);
    expect(json.text).toMatch(
      /^acme Ann silver b and a first €258\.00 7 Cap and Coat 28 minutes .*11:59 PM https:\/\/s\.example\/p double11 nudge STOP$/,
    );
  });

  it("prefers given values to those that follow from the orders", async () => {
    const { ask } = await setup();
    const text = async (sample: object, template: string) => {
      const { json } = await ask(body({ sample, template }));
      return json.text ?? json.detail ?? json;
    };
    const two = { orders: [{ amount: "1.00" }, { amount: "2.00", payUrl: null }] };
    expect(await text(two, "{{total}} {{count}}")).toBe("$3.00 2");
    expect(await text({ ...two, total: "9.00", count: 4 }, "{{total}} {{count}} {{list orders}}")).toBe(
      "$9.00 4 2233445566 and 2233445566-2",
    );
    expect(await text({ count: 3, total: "9.00" }, "{{total}} {{count}} {{order.amount}}")).toBe("$9.00 3 129.00");
    expect(await text({ total: "9.00" }, "{{total}} {{order.amount}}")).toBe("$9.00 9.00");
    const minutes = (n: number) => new Date(T0 + n * MINUTE).toISOString();
    const closing = { orders: [{ closesAt: minutes(5) }, { closesAt: minutes(9) }] };
    expect(await text(closing, "{{timeLeft}}")).toBe("5 minutes");
    expect(await text({ ...closing, closesAt: minutes(7) }, "{{timeLeft}}")).toBe("7 minutes");
    expect(await text({ ...closing, timeLeft: "1h" }, "{{timeLeft}} {{date closesAt}}")).toMatch(/^1 hour \d/);
    expect(await text({ ...closing, closesAt: null }, '{{default timeLeft "?"}}{{default closesAt "?"}}')).toBe("??");
    expect(await text({ timeLeft: null }, '{{default timeLeft "?"}}')).toBe("?");
    expect(await text({ ...two, items: null }, "{{#each items}}x{{else}}none{{/each}}")).toBe("none");
    expect(await text({ ...two, payUrl: "javascript:alert(1)" }, '{{default payUrl "?"}}')).toBe("?");
    expect(await text({ ...two, order: { id: "x", payUrl: "https://x/" } }, "{{order.id}} {{payUrl}}")).toBe(
      "x https://x/",
    );
  });

  it("accepts the order of an event, and warns of ignored fields", async () => {
    const { ask } = await setup();
    const buyer = { id: "b1", name: "李雷", tier: "gold", nmae: "x" };
    const order = { id: "o1", amount: "5.00", buyer, tags: ["d11"], items: [{ title: "Cap", tags: ["x"] }] };
    const { status, json } = await ask(
      body({
        template: "{{buyer.name}} {{order.id}} {{total}} {{list items}} STOP",
        sample: { order, orders: [], toatl: 1 },
      }),
    );
    expect([status, json.text]).toEqual([200, "李雷 o1 $5.00 Cap STOP"]);
    expect(json.warnings).toEqual([
      "sample.order.items[0].tags is not known and was passed over",
      "sample.order.buyer.id is not known and was passed over",
      "sample.order.buyer.nmae is not known and was passed over (did you mean `name`?)",
      "sample.order.tags is not known and was passed over",
      "sample.toatl is not known and was passed over (did you mean `total`?)",
    ]);
    const own = { order: { buyer: { name: "A" } }, orders: [{ buyer: { name: "B" } }], buyer: { name: "C" } };
    const named = async (sample: object) => (await ask(body({ template: "{{buyer.name}} STOP", sample }))).json.text;
    expect(await named(own)).toBe("C STOP");
    expect(await named({ ...own, buyer: { tier: "x" } })).toBe("A STOP");
    expect(await named({ orders: own.orders })).toBe("B STOP");
  });

  it("names only the first of many unknown keys, and survives hostile ones", async () => {
    const { ask } = await setup();
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}${"x".repeat(200)}`, n]));
    const { json, text } = await ask(body({ sample: many, template: "{{total}} STOP" }));
    expect(json.warnings).toHaveLength(21);
    expect(json.warnings[20]).toBe("480 more are not known either");
    expect(text.length).toBeLessThan(4_000);
    const odd = `{"template":"{{total}}{{shop}} STOP","channel":"sms","locale":"en","sample":{"__proto__":{"total":"1.00"},"constructor":{"x":1},"buyer":{"toString":"x"}}}`;
    expect((await ask(odd)).json).toMatchObject({ text: "$129.00acme STOP" });
    expect(Reflect.get({}, "total")).toBeUndefined();
  });

  it.each([
    [{ campaign: 7 }, "sample.campaign"],
    [{ count: "2" }, "sample.count"],
    [{ count: -1 }, "sample.count"],
    [{ total: 258 }, "sample.total"],
    [{ total: "a lot" }, "sample.total"],
    [{ items: {} }, "sample.items"],
    [{ items: [{ quantity: "2" }] }, "sample.items[0].quantity"],
    [{ orders: {} }, "sample.orders"],
    [{ orders: [{ id: 7 }] }, "sample.orders[0].id"],
    [{ order: { buyer: "Ann" } }, "sample.order.buyer"],
    [{ buyer: { name: 7 } }, "sample.buyer.name"],
    [{ closesAt: "tomorrow" }, "sample.closesAt"],
    [{ timeLeft: 28 }, "sample.timeLeft"],
    [{ timeLeft: "soon" }, "sample.timeLeft"],
    [{ payUrl: 1 }, "sample.payUrl"],
  ])("names the field of a wrong type (%j)", async (sample, field) => {
    const { ask } = await setup();
    const { status, json } = await ask(body({ sample }));
    expect([status, json.code]).toEqual([422, "invalid_body"]);
    expect(json.errors.map((fault: { field: string }) => fault.field)).toEqual([field]);
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
      text: "催款：129.00元",
      params: { sum: "129.00元", link: SAMPLE_URL },
      approved: { provider: "aliyun", fields: { signName: "好店", templateCode: "SMS_1" } },
      warnings: [
        expect.stringMatching(/^line 4: 催款 is refused by mainland carriers/),
        expect.stringMatching(/^line 4: does not say how to opt out/),
        expect.stringMatching(/^line 2: aliyun\.params\.link is a link/),
      ],
    });
  });

  it("warns of what the values of the sample bring in", async () => {
    const { ask } = await setup();
    const sample = { buyer: { name: "小★星" }, items: [{ title: "限时款" }], payUrl: "https://t.cn/x" };
    const template = "{{buyer.name}} {{list items}} {{payUrl}} 拒收请回复R";
    const { json } = await ask(body({ template, locale: "zh-CN", sample }));
    const refused = json.warnings.filter((said: string) => /refuse/.test(said));
    expect(refused).toEqual([
      expect.stringMatching(/^line 1: contains ★ \(U\+2605\) from buyer\.name/),
      expect.stringMatching(/^line 1: 限时 from \S*items\.title is refused by mainland carriers/),
      expect.stringMatching(/^line 1: t\.cn from \S*payUrl is refused by mainland carriers/),
    ]);
  });

  it.each([
    ["{", 400, "invalid_json", /end/],
    [{ channel: "sms" }, 422, "invalid_body", /template: is required/],
    [body({ tempalte: "x" }), 422, "invalid_body", /unknown field "tempalte" \(did you mean "template"\?\)/],
    [body({ order: { shop: "acme", id: "1", x: 1 } }), 422, "invalid_body", /"x"/],
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
  ])("refuses an invalid body (%#)", async (sent, status, code, said) => {
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

  it("needs a viewer key", async () => {
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
    receivedEvent(`${id}-c`, "order.created", T0 - 10 * MINUTE, {
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

  it("shows the message of the case, without the buyer's phone, name or note", async () => {
    const { ask, lines } = await setup(created("o1"), created("o2", { amount: "1.00" }));
    const { json, text } = await ask({ template, channel: "sms", order: { shop: "acme", id: "o1" } });
    expect(json.text).toBe(
      "李** **** *********** ****** 羽绒服和羽绒服 o1和o2 130.00元 30分钟 https://s.example/p/1?*** 拒收请回复R",
    );
    expect(json).toMatchObject({ locale: "zh-CN", encoding: "UCS-2", segments: 2 });
    expect(json.characters).toBe([...json.text].length + "phone=13812345678".length - "***".length);
    expect(text + lines.join("")).not.toMatch(/1381234|小雷|openid/);
  });

  it("previews the order alone when it is no longer in a case", async () => {
    const paid = receivedEvent("p", "order.paid", T0, { id: "o1" });
    const { ask } = await setup(created("o1"), created("o2"), paid);
    const ids = async (id: string) =>
      (await ask({ template: "{{list orders}} STOP", channel: "chat", order: { shop: "acme", id } })).json.text;
    expect(await ids("o1")).toBe("o1 STOP");
    expect(await ids("o2")).toBe("o2 STOP");
  });

  it("gives a sample a link as long as the longest of the shop, without the link itself", async () => {
    const longest = `https://pay.acme.example/checkout/o2?token=${"a1".repeat(20)}`;
    const { ask } = await setup(created("o1"), created("o2", { payUrl: longest }));
    const { json, text } = await ask({ template: "{{payUrl}} STOP", channel: "sms", locale: "en", sample: {} });
    expect(json.text).toBe(`https://pay.acme.example/xxxxxxxx/xx?xxxxx=${"xx".repeat(20)} STOP`);
    expect(json).toMatchObject({ characters: longest.length + 5, segments: 1 });
    expect(text).not.toContain("a1a1");
    const given = { template: "{{payUrl}} STOP", channel: "sms", sample: { payUrl: "https://s.example/1" } };
    expect((await ask(given)).json.text).toBe("https://s.example/1 STOP");
  });

  it("says why such a buyer would get no message", async () => {
    const { ask } = await setup(created("o1", { payUrl: null }), receivedEvent("u", "order.updated", T0, { id: "o9" }));
    const asked = async (id: string) =>
      (await ask({ template: "{{payUrl}}", channel: "sms", order: { shop: "acme", id } })).json;
    expect(await asked("o1")).toMatchObject({
      status: 422,
      code: "template_not_rendered",
      detail: expect.stringContaining("payUrl is missing"),
    });
    expect(await asked("o9")).toMatchObject({
      code: "template_not_rendered",
      detail: expect.stringContaining("no event has said yet"),
    });
  });
});

it("sends a draft to an address of an operator's choice, and never shows the address", async () => {
  const { database, shopOf } = await intakeDeps();
  const provider = await startFakeProvider({ secret: SECRET, enforceSignature: true });
  onTestFinished(() => provider.close());
  const configs: ChannelConfig[] = [
    {
      ...{ name: "sms", provider: "webhook", contacts: ["phone"], ratePerSecond: null, timeoutMs: 1_000 },
      ...{ connections: 1, cost: null, fallback: null, settings: { url: provider.url("sms"), secret: SECRET } },
    },
  ];
  const opened = openChannels(configs, { log: pino({ level: "silent" }) });
  const notes = async () => (await database.sql`select note from audit order by id`).map(({ note }) => note);
  const notesAtSend: unknown[] = [];
  const channels = new Map<string, Channel>();
  for (const [name, channel] of opened) {
    onTestFinished(() => channel.close());
    const send: Channel["send"] = async (message) => {
      notesAtSend.push((await notes()).at(-1));
      return channel.send(message);
    };
    channels.set(name, { ...channel, send });
  }
  const { app, lines } = stubServer({
    sendTest: (actor, query) =>
      sendDraft({ sql: database.sql, shopOf, shop: "acme", channels, now: () => T0 }, actor, query),
  });
  const to = "+8613987654321";
  const send = async (more: object = {}) => {
    const payload = {
      template: "Pay {{total}}",
      channel: "sms",
      locale: "en",
      campaign: "c",
      step: "nudge",
      to,
      ...more,
    };
    const headers = { ...bearer("operator"), ...JSON_TYPE };
    const answer = await app.inject({ url: "/v1/templates/test", method: "POST", headers, payload });
    expect(answer.body).not.toContain("13987654321");
    return { status: answer.statusCode, json: answer.json() };
  };

  const { status, json } = await send();
  expect([status, json]).toEqual([
    200,
    {
      kind: "accepted",
      key: expect.stringMatching(/^test-/),
      to: "+86139****4321",
      messageId: null,
      segments: 1,
      failure: null,
    },
  ]);
  expect(provider.log.map(({ body }) => body)).toMatchObject([
    { to, text: "Pay $129.00", campaign: "c", step: "nudge" },
  ]);
  provider.rules([{ fault: faults.status(400) }]);
  const { json: second } = await send();
  expect(second).toMatchObject({ kind: "failed-permanent", failure: { code: "http_400" } });

  const refused = async (more: object) => (await send(more)).json.errors[0].message;
  expect(await refused({ to: "12" })).toMatch(/^to: .* is not a valid phone number/);
  expect(await refused({ channel: "smss" })).toBe("channel: no such channel is configured (did you mean `sms`?)");
  expect(await refused({ locale: "??" })).toMatch(/^locale: is no locale/);
  expect((await send({ template: "{{nope}}" })).json.code).toBe("invalid_template");
  expect((await send({ shop: "other" })).json.code).toBe("unknown_shop");
  expect(provider.log).toHaveLength(2);

  const trail = await database.sql`select who, action, subject, note from audit order by id`;
  const entry = { who: "operator's key", action: "message.test", subject: "c" };
  const wanted = [json, second].map(({ key }) => `nudge by sms to +86139****4321, ${key}`);
  expect(trail).toEqual(wanted.map((note) => ({ ...entry, note })));
  expect(notesAtSend).toEqual(wanted);
  expect(lines.join()).not.toContain("13987654321");
});
