/** The readers of providers' receipts, on payloads in the providers' documented shapes. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { aliyunReceipts } from "../../../src/channels/aliyun-sms/receipt.ts";
import { openReceipts } from "../../../src/channels/receipts.ts";
import { tencentReceipts } from "../../../src/channels/tencent-sms/receipt.ts";
import { twilioReceipts } from "../../../src/channels/twilio-sms/receipt.ts";
import { wechatReceipts } from "../../../src/channels/wechat/receipt.ts";
import { whatsappReceipts } from "../../../src/channels/whatsapp/receipt.ts";
import type { ReceiptReader, ReceiptRequest } from "../../../src/core/seams/receipt.ts";
import type { ChannelConfig } from "../../../src/providers/all.ts";

describe("the receipts of a channel", () => {
  const opened = (provider: string, settings: object) =>
    openReceipts([{ name: "c", provider, settings } as ChannelConfig], null).get("c");
  it.each([
    ["webhook", {}, "secret", { secret: "s" }],
    ["aliyun-sms", {}, "receiptToken", { receiptToken: "t" }],
    ["tencent-sms", {}, "receiptToken", { receiptToken: "t" }],
    ["wechat", {}, "token", { token: "t" }],
    ["whatsapp", { appSecret: "s" }, "appSecret and verifyToken", { verifyToken: "t" }],
  ])("of %s need a setting, and name it", (provider, settings, setting, missing) => {
    expect(opened(provider, settings)).toEqual({ kind: "unset", setting });
    expect(opened(provider, { ...settings, ...missing })?.kind).toBe("reads");
    expect(opened("console", settings)).toEqual({ kind: "none" });
  });
});

const request = (body: string | object, change: Partial<ReceiptRequest> = {}): ReceiptRequest => ({
  headers: {},
  url: "/v1/receipts/sms",
  query: {},
  rawBody: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  now: 0,
  ...change,
});

function read(reader: ReceiptReader, asked: ReceiptRequest) {
  const result = reader.read(asked);
  return result.ok ? result.receipts : result.message;
}

const ID = "0193b3c0-0000-7000-8000-000000000001";
const AT = Date.parse("2026-11-10T20:10:03+08:00");

describe("Aliyun SMS", () => {
  const reader = aliyunReceipts("secret");
  it("takes digits in what a buyer wrote for text, and long ids for what they are", () => {
    const content = 'no: 12345678901234567, or "[1234567890123456789]"';
    const body = JSON.stringify([
      { phone_number: "13812345678", content },
      { biz_id: "ID", success: true },
    ]);
    expect(read(reader, request(body.replace('"ID"', "1234567890123456789")))).toMatchObject([
      { kind: "reply", text: content },
      { kind: "delivered", messageId: "1234567890123456789" },
    ]);
  });
  it("reports", () => {
    const report = {
      phone_number: "13812345678",
      send_time: "2026-11-10 20:10:00",
      report_time: "2026-11-10 20:10:03",
      success: true,
      err_code: "DELIVERED",
      sms_size: "2",
      biz_id: "12345",
      out_id: ID,
    };
    const failed = { ...report, success: false, err_code: "MK:0010" };
    expect(read(reader, request([report, failed]))).toMatchObject([
      { kind: "delivered", deliveryId: ID, messageId: "12345", at: AT, segments: 2, code: null },
      { kind: "failed", definite: true, code: "MK:0010" },
    ]);
    expect(reader.answer({ matched: 0, unmatched: 2 })).toMatchObject({ status: 200, body: '{"code":0,"msg":"ok"}' });
  });
  it("replies", () => {
    const reply = { phone_number: "13812345678", content: "TD", send_time: "2026-11-10 20:10:03", sequence_id: 1 };
    expect(read(reader, request([reply, { ...reply, phone_number: "85291234567" }]))).toMatchObject([
      { kind: "reply", address: "+8613812345678", text: "TD", at: AT },
      { address: "+85291234567" },
    ]);
    expect(read(reader, request("<html>"))).toBe("the body is not a list of reports");
  });
});

describe("Tencent SMS", () => {
  const reader = tencentReceipts("secret");
  it("statuses and replies", () => {
    const status = {
      user_receive_time: "2026-11-10 20:10:03",
      nationcode: "86",
      mobile: "13812345678",
      report_status: "SUCCESS",
      errmsg: "DELIVRD",
      sid: "2019:5:1",
    };
    expect(read(reader, request([status, { ...status, report_status: "FAIL", errmsg: "MK:1" }]))).toMatchObject([
      { kind: "delivered", messageId: "2019:5:1", at: AT },
      { kind: "failed", definite: true, code: "MK:1" },
    ]);
    const reply = { extend: "1", mobile: "13812345678", nationcode: "86", sign: "晴雨", text: "T", time: AT / 1000 };
    expect(read(reader, request(reply))).toMatchObject([
      { kind: "reply", address: "+8613812345678", text: "T", at: AT },
    ]);
    expect(reader.answer({ matched: 0, unmatched: 0 }).body).toBe('{"result":0,"errmsg":"OK"}');
  });
});

describe("Twilio", () => {
  const reader = twilioReceipts({ authToken: "12345", publicUrl: "https://mycompany.com" });
  // The example of Twilio's documentation.
  const form = new URLSearchParams({
    CallSid: "CA1234567890ABCDE",
    Caller: "+14158675309",
    Digits: "1234",
    From: "+14158675309",
    To: "+18005551212",
  }).toString();
  const signed = (signature: string, body = form) =>
    request(body, { url: "/myapp.php?foo=1&bar=2", headers: { "x-twilio-signature": signature } });
  it("verifies the documented signature, and no other", () => {
    expect(reader.verify(signed("RSOYDt4T1cUTdK1PDd93/VVr8B8="))).toEqual({ ok: true });
    expect(reader.verify(signed("RSOYDt4T1cUTdK1PDd93/VVr8B9=")).ok).toBe(false);
    expect(reader.verify(signed("RSOYDt4T1cUTdK1PDd93/VVr8B8=", `${form}&x=1`)).ok).toBe(false);
    expect(reader.verify(request(form)).ok).toBe(false);
    // A field that comes several times counts with each of its values once, sorted.
    const twice = createHmac("sha1", "12345").update("https://mycompany.com/v1/receipts/smsAa1Aa2B1").digest("base64");
    expect(reader.verify(request("B=1&A=a2&A=a1&A=a2", { headers: { "x-twilio-signature": twice } })).ok).toBe(true);
    const withPort = createHmac("sha1", "12345").update("https://mycompany.com:443/v1/receipts/sms").digest("base64");
    expect(reader.verify(request("", { headers: { "x-twilio-signature": withPort } })).ok).toBe(true);
  });
  it("statuses, opt-outs and replies", () => {
    const of = (fields: Record<string, string>) =>
      read(reader, request(new URLSearchParams(fields).toString(), { query: { delivery: ID } }));
    const status = { MessageSid: "SM1", To: "+8613812345678", From: "+1555" };
    expect(of({ ...status, MessageStatus: "sent" })).toMatchObject([
      { kind: "sent", deliveryId: ID, messageId: "SM1" },
    ]);
    expect(of({ ...status, MessageStatus: "delivered" })).toMatchObject([{ kind: "delivered" }]);
    expect(of({ ...status, MessageStatus: "undelivered", ErrorCode: "30003" })).toMatchObject([
      { kind: "failed", definite: false, address: null },
    ]);
    expect(of({ ...status, MessageStatus: "failed", ErrorCode: "21610" })).toMatchObject([
      { kind: "failed", definite: true, wish: "out", address: "+8613812345678" },
    ]);
    expect(of({ From: "whatsapp:+8613812345678", To: "+1555", Body: "hi", OptOutType: "STOP" })).toMatchObject([
      { kind: "reply", address: "+8613812345678", text: "hi", wish: "out" },
    ]);
    expect(of({ ...status, MessageStatus: "canceled" })).toEqual([]);
  });
});

describe("WhatsApp", () => {
  const reader = whatsappReceipts({ appSecret: "app", verifyToken: "check" });
  const body = (value: object) => ({ entry: [{ changes: [{ value }] }] });
  it("verifies the raw bytes, and the address", () => {
    const raw = '{"a":"\\u9192"}';
    const signature = `sha256=${createHmac("sha256", "app").update(raw).digest("hex")}`;
    expect(reader.verify(request(raw, { headers: { "x-hub-signature-256": signature } })).ok).toBe(true);
    expect(reader.verify(request('{"a":"醒"}', { headers: { "x-hub-signature-256": signature } })).ok).toBe(false);
    const ask = { "hub.mode": "subscribe", "hub.verify_token": "check", "hub.challenge": "42" };
    expect(reader.checkAddress?.(request("", { query: ask }))).toMatchObject({ status: 200, body: "42" });
    expect(reader.checkAddress?.(request("", { query: { ...ask, "hub.verify_token": "no" } }))).toBeNull();
  });
  it("statuses, replies and preferences", () => {
    const status = {
      id: "wamid.1",
      timestamp: String(AT / 1000),
      biz_opaque_callback_data: ID,
      recipient_id: "8613812345678",
    };
    expect(
      read(
        reader,
        request(
          body({
            statuses: [
              { ...status, status: "read" },
              { ...status, status: "failed", errors: [{ code: 131026 }] },
              { ...status, status: "failed", errors: [{ code: 131050 }] },
              { ...status, status: "failed", errors: [{ code: 131016 }] },
            ],
          }),
        ),
      ),
    ).toMatchObject([
      { kind: "delivered", deliveryId: ID, messageId: "wamid.1", at: AT },
      { kind: "failed", definite: true, code: "131026", wish: null },
      { wish: "out", address: "+8613812345678" },
      { definite: false },
    ]);
    const messages = [
      { from: "8613812345678", type: "text", text: { body: "STOP" } },
      { user_id: "US.1349", type: "button", button: { text: "Stop" }, context: { id: "wamid.1" } },
    ];
    expect(read(reader, request(body({ messages })))).toMatchObject([
      { kind: "reply", address: "+8613812345678", text: "STOP" },
      { kind: "reply", address: null, text: "Stop", messageId: "wamid.1" },
    ]);
    const user_preferences = ["resume", "stop", "else"].map((value) => ({
      ...{ wa_id: "8613812345678", value, timestamp: AT / 1000 },
    }));
    expect(read(reader, request(body({ user_preferences })))).toMatchObject([
      { kind: "reply", wish: "in", at: AT },
      { kind: "reply", wish: "out", address: "+8613812345678" },
    ]);
  });
});

describe("WeChat", () => {
  const reader = wechatReceipts("AAAAA");
  const query = {
    signature: "f464b24fc39322e44b38aa78f5edd27bd1441696",
    timestamp: "1714036504",
    nonce: "1514711492",
    echostr: "echo",
  };
  it("verifies the documented signature, and echoes only then", () => {
    expect(reader.verify(request("", { query })).ok).toBe(true);
    expect(reader.verify(request("", { query: { ...query, nonce: "1" } })).ok).toBe(false);
    expect(reader.checkAddress?.(request("", { query }))).toMatchObject({ body: "echo" });
    expect(reader.checkAddress?.(request("", { query: {} }))).toBeNull();
    expect(reader.answer({ matched: 0, unmatched: 0 }).body).toBe("success");
  });
  it("results, with ids of 19 digits, and what followers write", () => {
    const sent = (status: string) =>
      `<xml><FromUserName><![CDATA[openid]]></FromUserName><CreateTime>${AT / 1000}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>1850000000000000001</MsgID><Status><![CDATA[${status}]]></Status></xml>`;
    expect(read(reader, request(sent("success")))).toMatchObject([
      { kind: "delivered", messageId: "1850000000000000001", at: AT },
    ]);
    expect(read(reader, request(sent("failed:user block")))).toMatchObject([{ kind: "failed", definite: true }]);
    expect(read(reader, request(sent("failed: system failed")))).toMatchObject([{ kind: "failed", definite: false }]);
    const item = '{"TemplateId":"t","MsgID":1850000000000000001,"ErrorCode":"0","ErrorStatus":"success"}';
    const push = (list: string) => `{"Event":"subscribe_msg_sent_event","CreateTime":1,"List":${list}}`;
    for (const [list, count] of [
      [item, 1],
      [`[${item},${item}]`, 2],
    ] as const)
      expect(read(reader, request(push(list)))).toMatchObject(
        Array.from({ length: count }, () => ({ kind: "delivered", messageId: "1850000000000000001" })),
      );
    const xml = `<xml><Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>t</TemplateId><MsgID>1850000000000000001</MsgID><ErrorCode>43101</ErrorCode></List></SubscribeMsgSentEvent></xml>`;
    expect(read(reader, request(xml))).toMatchObject([
      { kind: "failed", messageId: "1850000000000000001", code: "43101", definite: true },
    ]);
    const reply = '{"MsgType":"text","FromUserName":"openid","Content":"退订","CreateTime":1}';
    expect(read(reader, request(reply))).toMatchObject([
      { kind: "reply", address: "openid", addressKind: "wechat", text: "退订" },
    ]);
  });
  it("that are encrypted are refused, since an opt-out may be in them; a form in clear beside it is read", () => {
    const safe = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[AAAA]]></Encrypt></xml>";
    for (const body of [safe, '{"ToUserName":"gh_1","Encrypt":"AAAA"}'])
      expect(read(reader, request(body))).toMatch(/^the push is encrypted: set the message push to plain mode/);
    const both = '{"MsgType":"text","FromUserName":"openid","Content":"退订","CreateTime":1,"Encrypt":"AAAA"}';
    expect(read(reader, request(both))).toMatchObject([{ kind: "reply", text: "退订" }]);
  });
});
