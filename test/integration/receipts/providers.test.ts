/**
 * Each provider with receipts, from dunlin.yaml to the store: a message goes to its loopback server, which checks the request as documented; then
 * the provider reports over HTTP in its own words, signed as it signs, and names messages as it names them.
 */
import { createHash, createHmac } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { namedByMessageId, openReceipts } from "../../../src/channels/receipts.ts";
import { openChannels } from "../../../src/channels/registry.ts";
import { buildChannels } from "../../../src/config/channels.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { createReceiver } from "../../../src/receipts/receiver.ts";
import { stubServer } from "../../http/support.ts";
import { type Answer, answeringServer } from "../../support/answering-server.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import { signatureOk, webhookOf } from "../../support/provider-log.ts";
import { RECEIPT_SECRET, signedReceipts } from "../../support/receipts.ts";
import { acs3Fault, tc3Fault } from "../../support/signatures.ts";

const PUBLIC_URL = "https://dunlin.example";
const TOKEN = "receipt-token-0001";
const SECRET = "hush-hush";
/** The first buyer gets the message, and opts out; the second one does not get it. */
const PHONES = ["+8613812345678", "+8613912345678"] as const;
const HANDLES = ["open-1", "open-2"] as const;

/** A message as the provider knows it. `id`: our reference, as far as the provider echoes one. */
type Sent = { readonly messageId: string; readonly id: string; readonly to: string };
type Push = { readonly path?: string; readonly headers: Readonly<Record<string, string>>; readonly payload: string };
type Sample = {
  readonly channel: "sms" | "whatsapp" | "chat";
  readonly entry: object;
  readonly front?: string;
  /** The complaint of the provider, or the message that it takes; null: the request is no message. */
  readonly take: (request: CheckedRequest) => string | Omit<Sent, "messageId"> | null;
  readonly answer: (messageId: string) => Answer;
  readonly delivered: (sent: Sent) => Push;
  readonly failed: (sent: Sent) => Push;
  readonly stop: (sent: Sent) => Push;
  /** The answer that it expects to each push. */
  readonly answered: string;
  readonly segments: number;
  readonly cost: readonly [micros: number, currency: string];
  readonly code: string;
  /** null: its receipts have no time. */
  readonly at: number | null;
};

const AT = T0 + 11 * MINUTE;
const china = (at: number) => new Date(at + 8 * HOUR).toISOString().slice(0, 19).replace("T", " ");
const JSON_TYPE = { "content-type": "application/json" };
const plainJson = (body: unknown): Push => ({ headers: JSON_TYPE, payload: JSON.stringify(body) });
const mobile = (to: string) => to.replace("+86", "");
const seconds = String(AT / 1000);

const aliyun = ({ id, messageId, to }: Sent, change: object) =>
  plainJson([
    {
      phone_number: mobile(to),
      send_time: china(AT - MINUTE),
      report_time: china(AT),
      sms_size: "2",
      biz_id: messageId,
      out_id: id,
      ...change,
    },
  ]);

const tencent = ({ messageId, to }: Sent, change: object) =>
  plainJson([{ user_receive_time: china(AT), nationcode: "86", mobile: mobile(to), sid: messageId, ...change }]);

/** Twilio signs the public address of the push, and its fields in the order of their names. */
function twilio(fields: Readonly<Record<string, string>>, query = ""): Push {
  const all = { AccountSid: "AC1", ApiVersion: "2010-04-01", ...fields };
  const signed = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  const address = `${PUBLIC_URL}/v1/receipts/sms${query}`;
  const signature = createHmac("sha1", SECRET).update(`${address}${signed.map((pair) => pair.join("")).join("")}`);
  return {
    path: query,
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-twilio-signature": signature.digest("base64"),
    },
    payload: new URLSearchParams(all).toString(),
  };
}

const twilioStatus = ({ id, messageId, to }: Sent, fields: Readonly<Record<string, string>>) =>
  twilio({ MessageSid: messageId, SmsSid: messageId, To: to, From: "+15550100", ...fields }, `?delivery=${id}`);

function whatsapp(value: object): Push {
  const change = { field: "messages", value: { messaging_product: "whatsapp", ...value } };
  const payload = JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "1", changes: [change] }] });
  const signature = `sha256=${createHmac("sha256", SECRET).update(payload).digest("hex")}`;
  return { headers: { ...JSON_TYPE, "x-hub-signature-256": signature }, payload };
}

const whatsappStatus = ({ id, messageId, to }: Sent, change: object) =>
  whatsapp({
    statuses: [
      { id: messageId, timestamp: seconds, recipient_id: to.slice(1), biz_opaque_callback_data: id, ...change },
    ],
  });

function wechat(payload: string, type: string): Push {
  const [timestamp, nonce] = ["1714036504", "1514711492"];
  const signature = createHash("sha1").update([SECRET, timestamp, nonce].sort().join("")).digest("hex");
  const path = `?signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&openid=open-1`;
  return { path, headers: { "content-type": type }, payload };
}

const wechatXml = (to: string, fields: string) =>
  wechat(
    `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[${to}]]></FromUserName><CreateTime>${seconds}</CreateTime>${fields}</xml>`,
    "text/xml",
  );
const wechatFinished = ({ to, messageId }: Sent, status: string) =>
  wechatXml(
    to,
    `<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>${messageId}</MsgID><Status><![CDATA[${status}]]></Status>`,
  );
/** The id is a number of 19 digits, which JSON.stringify cannot write. */
const wechatResult = ({ to, messageId }: Sent, code: string) =>
  wechat(
    `{"ToUserName":"gh_1","FromUserName":"${to}","CreateTime":${seconds},"MsgType":"event","Event":"subscribe_msg_sent_event","List":{"TemplateId":"W1","MsgID":${messageId},"ErrorCode":"${code}","ErrorStatus":"x"}}`,
    "application/json",
  );

/** It echoes no reference of ours. */
const takeWechat = ({ url, body }: CheckedRequest, path: string) => {
  if (url.startsWith("/cgi-bin/stable_token")) return null;
  const { touser, template_id } = JSON.parse(body);
  return url === `/cgi-bin/message/${path}/send?access_token=t1` && template_id === "W1" ? { id: "", to: touser } : url;
};
/** As text, for the same reason. */
const wechatAnswer = (messageId: string): Answer => ({
  status: 200,
  body: `{"errcode":0,"errmsg":"ok","msgid":${messageId},"access_token":"t1","expires_in":7200}`,
});
const wechatSample = { channel: "chat", front: "wechat: { templateId: W1 }", answer: wechatAnswer } as const;
const ONE = { segments: 1, cost: [50_000, "CNY"] } as const;
const TWO = { segments: 2, cost: [100_000, "CNY"] } as const;

const webhook = (body: object): Push => signedReceipts(JSON.stringify([body]));

const SAMPLES: Readonly<Record<string, Sample>> = {
  "aliyun-sms": {
    channel: "sms",
    entry: { accessKeyId: "key", accessKeySecret: SECRET, signName: "晴雨", receiptToken: TOKEN },
    front: 'aliyun: { templateCode: SMS_1, params: { name: "{{buyer.name}}" } }',
    take: (request) => {
      const asked = new URL(request.url, "http://a").searchParams;
      const wrong = acs3Fault(request, SECRET, T0);
      return wrong ?? { id: asked.get("OutId") ?? "", to: `+86${asked.get("PhoneNumbers")}` };
    },
    answer: (BizId) => ({ Code: "OK", Message: "OK", BizId, RequestId: "r" }),
    delivered: (sent) => aliyun(sent, { success: true, err_code: "DELIVERED" }),
    failed: (sent) => aliyun(sent, { success: false, err_code: "MK:0010", err_msg: "no" }),
    stop: ({ to }) =>
      plainJson([
        { phone_number: mobile(to), content: "TD", send_time: china(AT), dest_code: "1069", sequence_id: "7" },
      ]),
    answered: '{"code":0,"msg":"ok"}',
    ...TWO,
    code: "MK:0010",
    at: AT,
  },
  "tencent-sms": {
    channel: "sms",
    entry: { secretId: "id", secretKey: SECRET, sdkAppId: "1400", signName: "晴雨", receiptToken: TOKEN },
    front: 'tencent: { templateId: "77", params: ["{{buyer.name}}"] }',
    take: (request) => {
      const { PhoneNumberSet, SessionContext } = JSON.parse(request.body);
      return tc3Fault(request, SECRET, T0) ?? { id: SessionContext, to: PhoneNumberSet[0] };
    },
    answer: (SerialNo) => ({ Response: { SendStatusSet: [{ Code: "Ok", SerialNo, Fee: 2 }], RequestId: "r" } }),
    delivered: (sent) => tencent(sent, { report_status: "SUCCESS", errmsg: "DELIVRD", description: "ok" }),
    failed: (sent) => tencent(sent, { report_status: "FAIL", errmsg: "MI:0013", description: "no" }),
    stop: ({ to }) =>
      plainJson({ extend: "01", mobile: mobile(to), nationcode: "86", sign: "晴雨", text: "退订", time: AT / 1000 }),
    answered: '{"result":0,"errmsg":"OK"}',
    ...TWO,
    code: "MI:0013",
    at: AT,
  },
  "twilio-sms": {
    channel: "sms",
    entry: { accountSid: "AC1", authToken: SECRET, from: "+15550100" },
    take: ({ headers, body }) => {
      const form = new URLSearchParams(body);
      const callback = new URL(form.get("StatusCallback") ?? "");
      if (headers.authorization !== `Basic ${Buffer.from(`AC1:${SECRET}`).toString("base64")}`) return "credentials";
      if (`${callback.origin}${callback.pathname}` !== `${PUBLIC_URL}/v1/receipts/sms`) return "callback";
      return { id: callback.searchParams.get("delivery") ?? "", to: form.get("To") ?? "" };
    },
    answer: (sid) => ({ sid, status: "queued", num_segments: "2", price: null }),
    delivered: (sent) => twilioStatus(sent, { MessageStatus: "delivered", RawDlrDoneDate: "2611101211" }),
    failed: (sent) => twilioStatus(sent, { MessageStatus: "undelivered", ErrorCode: "30007" }),
    stop: ({ to }) => twilio({ MessageSid: "SM9", From: to, To: "+15550100", Body: "Stop", NumSegments: "1" }),
    answered: "<Response/>",
    ...TWO,
    code: "30007",
    at: null,
  },
  whatsapp: {
    channel: "whatsapp",
    entry: { accessToken: "token", phoneNumberId: "555", appSecret: SECRET, verifyToken: "check" },
    front: "whatsapp: { name: order_open, language: en }",
    take: ({ url, headers, body }) => {
      const { to, biz_opaque_callback_data: id } = JSON.parse(body);
      if (url !== "/v23.0/555/messages" || headers.authorization !== "Bearer token") return url;
      return { id, to: `+${to}` };
    },
    answer: (id) => ({ messages: [{ id, message_status: "accepted" }] }),
    delivered: (sent) => whatsappStatus(sent, { status: "delivered" }),
    failed: (sent) => whatsappStatus(sent, { status: "failed", errors: [{ code: 131026, title: "Undeliverable" }] }),
    // A buyer who hides the number: only the message that it answers tells who that is.
    stop: ({ messageId }) =>
      whatsapp({
        messages: [
          {
            ...{ user_id: "US.1349", id: "wamid.reply", timestamp: seconds, type: "button" },
            ...{ button: { payload: "stop", text: "Stop" }, context: { id: messageId } },
          },
        ],
      }),
    answered: "OK",
    ...ONE,
    code: "131026",
    at: AT,
  },
  "wechat, subscribe messages": {
    ...wechatSample,
    entry: { provider: "wechat", appId: "wx1", appSecret: "s", kind: "subscribe", token: SECRET },
    take: (request) => takeWechat(request, "subscribe"),
    delivered: (sent) => wechatResult(sent, "0"),
    failed: (sent) => wechatResult(sent, "43101"),
    stop: ({ to }) =>
      wechat(
        `{"ToUserName":"gh_1","FromUserName":"${to}","CreateTime":${seconds},"MsgType":"text","Content":"退订","MsgId":1}`,
        "application/json",
      ),
    answered: "success",
    ...ONE,
    code: "43101",
    at: AT,
  },
  "wechat, an official account": {
    ...wechatSample,
    entry: { provider: "wechat", appId: "wx1", appSecret: "s", kind: "official", token: SECRET },
    take: (request) => takeWechat(request, "template"),
    delivered: (sent) => wechatFinished(sent, "success"),
    failed: (sent) => wechatFinished(sent, "failed:user block"),
    stop: ({ to }) =>
      wechatXml(to, "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[ｓｔｏｐ]]></Content><MsgId>1</MsgId>"),
    answered: "success",
    ...ONE,
    code: "failed:user block",
    at: AT,
  },
  webhook: {
    channel: "chat",
    entry: { secret: RECEIPT_SECRET },
    take: ({ headers, body }) => {
      const raw = { webhookId: String(headers["webhook-id"]), timestamp: String(headers["webhook-timestamp"]) };
      const signature = String(headers["webhook-signature"]);
      const signed = signatureOk(webhookOf(RECEIPT_SECRET), { ...raw, signature, body, at: T0 });
      return signed ? { id: raw.webhookId, to: JSON.parse(body).to } : "signature";
    },
    answer: (messageId) => ({ messageId, segments: 1 }),
    delivered: ({ messageId }) =>
      webhook({
        ...{ type: "delivered", messageId, at: new Date(AT).toISOString(), segments: 2 },
        cost: { amount: "0.075", currency: "USD" },
      }),
    failed: ({ id }) => webhook({ type: "failed", id, at: new Date(AT).toISOString(), code: "gone" }),
    stop: ({ to }) =>
      webhook({ type: "reply", from: to, kind: "wechat", text: "STOP", at: new Date(AT).toISOString() }),
    answered: '{"matched":1,"unmatched":0}',
    segments: 2,
    cost: [75_000, "USD"],
    code: "gone",
    at: AT,
  },
};

/** The number of 19 digits that WeChat gives, which JSON rounds; the other ids are texts. */
const idOf = (name: string, n: number) => (name.startsWith("wechat") ? `314159265358979323${n}` : `m-${n}`);

async function reporting(name: string, sample: Sample) {
  const { channel } = sample;
  const taken: Sent[] = [];
  const complaints: string[] = [];
  const server = await answeringServer((request) => {
    const took = sample.take(request);
    if (typeof took === "string") complaints.push(took);
    const messageId = idOf(name, taken.length);
    if (took !== null && typeof took !== "string") taken.push({ ...took, messageId });
    return sample.answer(messageId);
  });
  const price = { cost: { amount: "0.05", currency: "CNY" } };
  const configs = buildChannels({ [channel]: { provider: name, url: server.url, ...price, ...sample.entry } });
  const text = `Order {{order.id}}: {{total}}`;
  const next = channel === "sms" ? "chat" : "sms";
  const setup = await dispatchSetup({
    campaign: { quietHours: "off" },
    channels: [channel, next],
    text: (each) => (each === channel && sample.front ? `---\n${sample.front}\n---\n${text}` : text),
  });
  const log = {
    warn: (fields: object, message: string) => void complaints.push(`${message} ${JSON.stringify(fields)}`),
  };
  for (const opened of openChannels(configs, { log, publicUrl: PUBLIC_URL, now: () => T0 }).values()) {
    onTestFinished(() => opened.close());
    setup.use(opened);
  }
  const readers = openReceipts(configs, PUBLIC_URL);
  Object.assign(setup.dispatch, { keepsMessageIds: namedByMessageId(readers) });
  const { sql } = setup.database;
  const receiver = createReceiver({
    ...{ sql, vault: setup.vault, shopOf: setup.shopOf, shopIds: ["acme"], policy: () => setup.policy },
    channels: setup.dispatch.channels,
  });
  const { app, lines } = stubServer({ receipts: { channels: readers, submit: receiver.submit } });
  const reader = readers.get(channel);
  const token = reader?.kind === "reads" && reader.reader.token !== null ? `/${reader.reader.token}` : "";
  return {
    ...setup,
    ...{ sql, next, taken, complaints, lines },
    post: async ({ path = "", headers, payload }: Push) => {
      const url = `/v1/receipts/${channel}${token}${path}`;
      const answer = await app.inject({ method: "POST", url, headers, payload });
      return [answer.statusCode, answer.body];
    },
    deliveries: () => sql<{ order: string; channel: string }[]>`
      select r.orders[1] as order, d.channel, d.state, d.code, d.delivered_at, d.segments, d.cost_micros, d.cost_currency
      from deliveries d join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id order by 1, d.claimed_at, d.id`,
    steps: (buyer: string) => sql`
      select r.step, r.state, r.reason from reminders r join buyers b on b.shop_id = r.shop_id and b.id = r.buyer_id
      where b.platform_id = ${buyer} order by r.due_at`,
  };
}

it.each(Object.entries(SAMPLES))("%s: delivered, failed and STOP reach the store", async (given, sample) => {
  const name = given.split(",")[0] ?? "";
  const { channel, answered, segments, cost, code, at } = sample;
  const setup = await reporting(name, sample);
  const { sql, post, receive, drain, taken, sent, next } = setup;
  const [first, second] = channel === "chat" ? HANDLES : PHONES;
  const own = (address: string) => (channel === "chat" ? { chat: { wechat: address } } : { phone: address });
  await setup.at(T0);
  await receive(
    receivedEvent("e1", "order.created", T0, { id: "o1", buyer: { id: "b1", name: "Li", ...own(first) } }),
    receivedEvent("e2", "order.created", T0, {
      ...{ id: "o2", buyer: { id: "b2", name: "Wang", phone: PHONES[1], chat: { wechat: HANDLES[1] } } },
    }),
  );
  await setup.at(T0 + 10 * MINUTE);
  await drain();
  expect(setup.complaints).toEqual([]);
  const to = (address: string) => taken.find((each) => each.to === address) ?? { id: "", messageId: "", to: "" };
  expect(taken.map((each) => each.to).sort()).toEqual([first, second].sort());

  const now = T0 + 13 * MINUTE;
  await setup.at(now);
  // Once more: providers repeat what they report.
  for (const push of [sample.delivered(to(first)), sample.failed(to(second)), sample.failed(to(second))])
    expect(await post(push)).toEqual([200, answered]);
  await drain();
  expect(sent.map((each) => [each.channel, each.orders])).toEqual([[next, ["o2"]]]);
  const [micros, currency] = cost;
  expect(await setup.deliveries()).toMatchObject([
    {
      ...{ order: "o1", channel, state: "accepted", code: null, delivered_at: at ?? now },
      ...{ segments, cost_micros: micros, cost_currency: currency },
    },
    { order: "o2", channel, state: "failed-permanent", code, delivered_at: null },
    { order: "o2", channel: next, state: "accepted" },
  ]);

  expect(await post(sample.stop(to(first)))).toEqual([200, answered]);
  const kinds = await sql`select reason, source from suppressions`;
  expect(kinds).toEqual([{ reason: "opt_out", source: channel }]);
  await setup.at(T0 + DAY - 30 * MINUTE);
  await drain();
  await setup.at(T0 + DAY - MINUTE);
  await drain();
  const nudged = { step: "nudge", state: "sent", reason: null };
  expect(await setup.steps("b1")).toEqual([nudged, { step: "last-call", state: "skipped", reason: "suppressed" }]);
  expect(await setup.steps("b2")).toEqual([nudged, { step: "last-call", state: "sent", reason: null }]);
  expect(setup.lines.join("")).not.toMatch(/12345678|open-[12]|退订|hush/);
});
