/**
 * The look-ups of Aliyun, Tencent Cloud and Twilio: what is asked, with which signature, and how answers are read. The providers are loopback
 * servers that check each question as documented.
 */
import { describe, expect, onTestFinished, test } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import type { ChannelTerms } from "../../../src/core/seams/channel.ts";
import type { LookupAnswer, LookupQuestion } from "../../../src/core/seams/lookup.ts";
import { NO_RECEIPT } from "../../../src/core/seams/receipt.ts";
import type { ChannelConfig } from "../../../src/providers/all.ts";
import { type Answer, answeringServer } from "../../support/answering-server.ts";
import { ADDRESS, TEXT } from "../../support/channel-suite.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";
import { acs3Fault, tc3Fault } from "../../support/signatures.ts";

const SECRET = "secret-of-the-account";
const SENT = Date.parse("2026-11-10T20:00:00+08:00");
const NOW = SENT + 10 * 60_000;
const question: LookupQuestion = {
  idempotencyKey: "key-1",
  to: ADDRESS,
  sentFrom: SENT,
  sentBy: SENT + 5_000,
  text: TEXT,
  templates: [{}],
};

type Setup = {
  readonly config: (url: string) => ChannelConfig;
  readonly check: (request: CheckedRequest, now: number) => string | null;
};

const TERMS: Omit<ChannelTerms, "provider"> = {
  ...{ name: "sms", ratePerSecond: null, timeoutMs: 500, connections: 4, cost: null, fallback: null },
  contacts: ["phone"],
};

const SETUPS = {
  aliyun: {
    config: (url) => ({
      ...TERMS,
      provider: "aliyun-sms",
      settings: { url, accessKeyId: "key", accessKeySecret: SECRET, signName: "晴雨" },
    }),
    check: (request, now) => acs3Fault(request, SECRET, now),
  },
  tencent: {
    config: (url) => ({
      ...TERMS,
      provider: "tencent-sms",
      settings: { url, secretId: "id", secretKey: SECRET, sdkAppId: "1400", region: "ap-guangzhou" },
    }),
    check: (request, now) => tc3Fault(request, SECRET, now),
  },
  twilio: {
    config: (url) => ({
      ...TERMS,
      provider: "twilio-sms",
      settings: { url, accountSid: "AC1", authToken: SECRET, from: "+15550100" },
    }),
    check: ({ method, headers, body }) =>
      method === "GET" && body === "" && headers.authorization === `Basic ${btoa(`AC1:${SECRET}`)}` ? null : "request",
  },
} satisfies Record<string, Setup>;

/** The answers to one question, in turn; the last one is repeated. */
async function look(
  { config, check }: Setup,
  answers: readonly Answer[],
  change: Partial<LookupQuestion> & { readonly now?: number } = {},
): Promise<{ answer: LookupAnswer; asked: readonly CheckedRequest[] }> {
  const { now = NOW, ...rest } = change;
  const faults: (string | null)[] = [];
  const server = await answeringServer((request, index) => {
    faults.push(check(request, now));
    return answers[index] ?? answers.at(-1) ?? "hang";
  });
  const channel = openChannels([config(server.url)], {
    log: { warn() {} },
    now: () => now,
    publicUrl: "https://x",
  }).get("sms");
  onTestFinished(() => channel?.close());
  const answer = await channel?.lookup?.ask({ ...question, ...rest });
  if (answer === undefined) throw new Error("it cannot be asked");
  expect(faults.filter((fault) => fault !== null)).toEqual([]);
  // Neither the address nor the text is in an answer.
  expect(JSON.stringify({ ...answer, receipt: undefined })).not.toMatch(/138123|李雷/);
  return { answer, asked: server.asked };
}

const found = (receipt: object): object => ({ kind: "found", receipt: { ...NO_RECEIPT, ...receipt } });
const chinese = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");

/** How each provider shows messages, and says that it shows none. */
const aliyunRows = (rows: readonly object[], total = rows.length): Answer => ({
  body: { Code: "OK", Message: "OK", TotalCount: total, SmsSendDetailDTOs: { SmsSendDetailDTO: rows } },
});
const aliyunRow = (change: object = {}) => ({
  PhoneNum: "13812345678",
  OutId: "key-1",
  SendStatus: 1,
  Content: "【晴雨】…",
  SendDate: chinese(SENT),
  ...change,
});
const tencentRows = (rows: readonly object[], total = rows.length): Answer => ({
  body: { Response: { SendRecordSet: rows, TotalCount: total, RequestId: "r" } },
});
const tencentRow = (change: object = {}) => ({
  PhoneNumber: "+86138****5678",
  SendStatus: 3,
  SerialNo: "4719:1",
  SendTime: SENT / 1000,
  RequestCode: "Ok",
  ...change,
});
const twilioRows = (rows: readonly object[], next: string | null = null): Answer => ({
  body: { messages: rows, next_page_uri: next },
});
const twilioRow = (change: object = {}) => ({
  sid: "SM1",
  to: ADDRESS,
  body: TEXT,
  status: "queued",
  direction: "outbound-api",
  date_created: new Date(SENT + 1_000).toUTCString(),
  date_sent: null,
  num_segments: "2",
  error_code: null,
  ...change,
});

describe.each([
  ["aliyun", SETUPS.aliyun, aliyunRows([])],
  ["tencent", SETUPS.tencent, tencentRows([])],
  ["twilio", SETUPS.twilio, twilioRows([])],
] as const)("%s", (_name, setup, none) => {
  test("without the message: absent", async () => {
    expect((await look(setup, [none])).answer).toEqual({ kind: "absent" });
  });

  test.each<[string, Answer, object]>([
    ["HTML", { body: "<html>Busy</html>" }, { code: "bad_answer", retryAfterMs: null }],
    ["HTML with 502", { status: 502, body: "<html>Bad Gateway</html>" }, { code: "http_502" }],
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "7" }, body: {} }, { retryAfterMs: 7_000 }],
    ["429", { status: 429, body: {} }, { code: "http_429", retryAfterMs: 30_000 }],
    ["nothing", "hang", { code: "timeout" }],
    ["a reset", "reset", { code: "connection_failed" }],
    ["a list in the place of an object", { body: "[]" }, { code: "bad_answer" }],
    ["an object without rows", { body: {} }, {}],
    ["an error without words", { status: 400, body: { code: 20003 } }, {}],
  ])("that answers %s is unanswered", async (_fault, answer, expected) => {
    expect((await look(setup, [answer])).answer).toMatchObject({ kind: "unanswered", ...expected });
  });
});

describe("aliyun", () => {
  const paramsOf = ({ url }: CheckedRequest) => Object.fromEntries(new URLSearchParams(url.split("?")[1]));

  test("is asked for the number and the day of Beijing, by its own action", async () => {
    const { answer, asked } = await look(SETUPS.aliyun, [aliyunRows([aliyunRow()])]);
    expect(answer).toEqual(found({ kind: "sent" }));
    expect(asked.map(({ headers }) => headers["x-acs-action"])).toEqual(["QuerySendDetails"]);
    expect(paramsOf(asked[0] as CheckedRequest)).toEqual({
      PhoneNumber: "13812345678",
      SendDate: "20261110",
      PageSize: "50",
      CurrentPage: "1",
    });
  });

  test.each([
    ["2026-11-10T23:58:00+08:00", ["20261110", "20261111"]],
    ["2026-11-11T00:00:30+08:00", ["20261110", "20261111"]],
    ["2026-11-11T00:02:00+08:00", ["20261111"]],
  ])("that left at %s is asked for %j", async (at, days) => {
    const sentFrom = Date.parse(at);
    const times = { sentFrom, sentBy: sentFrom + 5_000, now: sentFrom + 600_000 };
    const { answer, asked } = await look(SETUPS.aliyun, [aliyunRows([])], times);
    expect(answer).toEqual({ kind: "absent" });
    expect(asked.map((request) => paramsOf(request).SendDate)).toEqual(days);
  });

  test("shows it on the day after", async () => {
    const sentFrom = Date.parse("2026-11-10T23:58:00+08:00");
    const times = { sentFrom, sentBy: sentFrom + 5_000, now: sentFrom + 600_000 };
    expect((await look(SETUPS.aliyun, [aliyunRows([]), aliyunRows([aliyunRow()])], times)).answer.kind).toBe("found");
  });

  test("is read page by page, and knows the message by OutId alone", async () => {
    const others = (from: number) => Array.from({ length: 50 }, (_, i) => aliyunRow({ OutId: `other-${from + i}` }));
    const pages = [aliyunRows(others(0), 101), aliyunRows(others(50), 101), aliyunRows([aliyunRow()], 101)];
    const { answer, asked } = await look(SETUPS.aliyun, pages);
    expect(answer.kind).toBe("found");
    expect(asked.map((request) => paramsOf(request).CurrentPage)).toEqual(["1", "2", "3"]);
    expect((await look(SETUPS.aliyun, [aliyunRows(others(0))])).answer).toEqual({ kind: "absent" });
  });

  test("that shows fewer rows than it counts has not answered", async () => {
    expect((await look(SETUPS.aliyun, [aliyunRows([], 2)])).answer).toMatchObject({ code: "incomplete" });
  });

  test.each([
    [3, { kind: "delivered", at: SENT + 3_000 }, { ReceiveDate: chinese(SENT + 3_000), ErrCode: "DELIVERED" }],
    [2, { kind: "failed", definite: true, code: "MK:100D", at: SENT }, { ErrCode: "MK:100D" }],
  ])("with SendStatus %s", async (SendStatus, receipt, more) => {
    expect((await look(SETUPS.aliyun, [aliyunRows([aliyunRow({ SendStatus, ...more })])])).answer).toEqual(
      found(receipt),
    );
  });

  test("of two attempts with the same OutId the one that went out counts", async () => {
    const rows = [aliyunRow({ SendStatus: 2 }), aliyunRow({ SendStatus: 1 })];
    expect((await look(SETUPS.aliyun, [aliyunRows(rows)])).answer).toMatchObject({ receipt: { kind: "sent" } });
  });

  test.each([
    ["Throttling.User", 30_000],
    ["isp.RAM_PERMISSION_DENY", null],
  ])("%s is no answer", async (Code, retryAfterMs) => {
    const { answer } = await look(SETUPS.aliyun, [{ body: { Code, Message: "13812345678" } }]);
    expect(answer).toMatchObject({ kind: "unanswered", code: Code, retryAfterMs });
  });
});

describe("tencent", () => {
  test("is asked for the number, the application and the time, by its own action", async () => {
    const { answer, asked } = await look(SETUPS.tencent, [tencentRows([tencentRow()])]);
    expect(answer).toEqual(found({ kind: "sent", messageId: "4719:1" }));
    expect(asked.map(({ headers }) => headers["x-tc-action"])).toEqual(["DescribeSendRecordList"]);
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      PhoneNumber: ADDRESS,
      SmsSdkAppId: "1400",
      BeginTime: SENT / 1000 - 60,
      EndTime: SENT / 1000 + 5 + 180,
      Limit: 50,
      Offset: 0,
    });
  });

  test("is never asked about the future", async () => {
    const { asked } = await look(SETUPS.tencent, [tencentRows([])], { now: SENT + 60_000 });
    expect(JSON.parse(asked[0]?.body ?? "").EndTime).toBe(SENT / 1000 + 60);
  });

  test("with two messages in the time leaves it open; one that Tencent refused does not count", async () => {
    expect((await look(SETUPS.tencent, [tencentRows([tencentRow(), tencentRow()])])).answer).toEqual({
      kind: "several",
    });
    const refused = tencentRow({ SendStatus: 1, RequestCode: "LimitExceeded.PhoneNumberThirtySecondLimit" });
    expect((await look(SETUPS.tencent, [tencentRows([refused, tencentRow()])])).answer.kind).toBe("found");
    expect((await look(SETUPS.tencent, [tencentRows([refused])])).answer).toEqual({ kind: "absent" });
  });

  test("is read page by page", async () => {
    const refused = Array.from({ length: 50 }, () => tencentRow({ SendStatus: 1 }));
    const { answer, asked } = await look(SETUPS.tencent, [tencentRows(refused, 51), tencentRows([tencentRow()], 51)]);
    expect(answer.kind).toBe("found");
    expect(asked.map(({ body }) => JSON.parse(body).Offset)).toEqual([0, 50]);
  });

  test.each([
    [2, { kind: "delivered", at: SENT + 9_000 }, { UserReceiveTime: SENT / 1000 + 9 }],
    [4, { kind: "failed", definite: true, code: "MK:0001" }, { StatusCode: "MK:0001", UserReceiveTime: 0 }],
  ])("with SendStatus %s", async (SendStatus, receipt, more) => {
    const { answer } = await look(SETUPS.tencent, [tencentRows([tencentRow({ SendStatus, ...more })])]);
    expect(answer).toEqual(found({ messageId: "4719:1", ...receipt }));
  });

  test("is asked for each application that a template names; if the templates are not known, it is not asked", async () => {
    const templates = [{ sdkAppId: "1500" }, {}, { sdkAppId: "1500" }];
    const { answer, asked } = await look(SETUPS.tencent, [tencentRows([]), tencentRows([tencentRow()])], { templates });
    expect(answer.kind).toBe("found");
    expect(asked.map(({ body }) => JSON.parse(body).SmsSdkAppId)).toEqual(["1400", "1500"]);
    const unknown = await look(SETUPS.tencent, [tencentRows([])], { templates: null });
    expect(unknown).toEqual({ answer: { kind: "indistinct" }, asked: [] });
  });

  test.each([
    ["RequestLimitExceeded", 30_000],
    ["AuthFailure.UnauthorizedOperation", null],
  ])("%s is no answer", async (Code, retryAfterMs) => {
    const { answer } = await look(SETUPS.tencent, [{ body: { Response: { Error: { Code, Message: ADDRESS } } } }]);
    expect(answer).toMatchObject({ kind: "unanswered", code: Code, retryAfterMs });
  });
});

describe("twilio", () => {
  const queryOf = ({ url }: CheckedRequest) => Object.fromEntries(new URLSearchParams(url.split("?")[1]));

  test("is asked for the number and the day of GMT", async () => {
    const sentFrom = Date.parse("2026-11-11T00:00:30Z");
    const row = twilioRow({ date_created: new Date(sentFrom).toUTCString() });
    const times = { sentFrom, sentBy: sentFrom + 5_000, now: sentFrom + 600_000 };
    const { answer, asked } = await look(SETUPS.twilio, [twilioRows([row])], times);
    expect(answer).toMatchObject(found({ kind: "sent", messageId: "SM1", segments: 2, at: null }));
    expect(asked.map(({ url }) => url.split("?")[0])).toEqual(["/2010-04-01/Accounts/AC1/Messages.json"]);
    // A minute before midnight is still in reach.
    expect(queryOf(asked[0] as CheckedRequest)).toEqual({ To: ADDRESS, PageSize: "200", "DateSent>": "2026-11-10" });
  });

  test("follows the next page", async () => {
    const next = "/2010-04-01/Accounts/AC1/Messages.json?Page=1&PageToken=PA";
    const { answer, asked } = await look(SETUPS.twilio, [
      twilioRows([twilioRow({ sid: "SM0", date_created: new Date(SENT - 3_600_000).toUTCString() })], next),
      twilioRows([twilioRow()]),
    ]);
    expect(answer).toMatchObject({ receipt: { messageId: "SM1" } });
    expect(asked[1]?.url).toBe(next);
  });

  test("that waits has no DateSent: only the whole list shows that it is absent", async () => {
    const { answer, asked } = await look(SETUPS.twilio, [twilioRows([]), twilioRows([twilioRow()])]);
    expect(answer.kind).toBe("found");
    expect(asked.map((request) => queryOf(request)["DateSent>"])).toEqual(["2026-11-10", undefined]);
  });

  test("with two of the same text leaves it open", async () => {
    expect((await look(SETUPS.twilio, [twilioRows([twilioRow(), twilioRow()])])).answer).toEqual({ kind: "several" });
  });

  test.each<[string, object, Partial<LookupQuestion>, string]>([
    ["a message of another time", { date_created: new Date(SENT - 120_000).toUTCString() }, {}, "absent"],
    ["a message from the number", { direction: "inbound" }, {}, "absent"],
    ["another text", { body: "something else" }, {}, "indistinct"],
    ["a text that is not known here", { body: "something else" }, { text: null }, "found"],
    ["a text that Twilio made", { body: "something else" }, { templates: [{ contentSid: "HX1" }] }, "found"],
    ["the text, with a blank at its end", { body: `${TEXT} ` }, {}, "found"],
  ])("with %s", async (_name, change, asked, kind) => {
    expect((await look(SETUPS.twilio, [twilioRows([twilioRow(change)])], asked)).answer.kind).toBe(kind);
  });

  test.each([
    ["delivered", null, { kind: "delivered" }],
    ["undelivered", 30005, { kind: "failed", definite: true, code: "30005", wish: "invalid", address: ADDRESS }],
    ["failed", 30003, { kind: "failed", definite: false, code: "30003" }],
  ])("with the status %s and code %s", async (status, error_code, receipt) => {
    const { answer } = await look(SETUPS.twilio, [twilioRows([twilioRow({ status, error_code })])]);
    expect(answer).toMatchObject({ kind: "found", receipt });
  });
});
