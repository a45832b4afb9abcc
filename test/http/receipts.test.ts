/** The ways in which providers prove themselves at the route of receipts, and the answers that they expect. */
import { expect, it } from "vitest";
import { aliyunReceipts } from "../../src/channels/aliyun-sms/receipt.ts";
import type { ReceiptChannel } from "../../src/channels/receipts.ts";
import { wechatReceipts } from "../../src/channels/wechat/receipt.ts";
import type { Receipt } from "../../src/core/seams/receipt.ts";
import { stubServer } from "./support.ts";

function providers() {
  const taken: Receipt[] = [];
  const channels = new Map<string, ReceiptChannel>([
    ["sms", { kind: "reads", reader: aliyunReceipts("hush-token") }],
    ["wechat", { kind: "reads", reader: wechatReceipts("AAAAA") }],
    ["hook", { kind: "unset", setting: "appSecret and verifyToken" }],
    ["console", { kind: "none" }],
  ]);
  const { app, lines } = stubServer({
    receipts: {
      channels,
      submit: async (_channel, receipts) => {
        taken.push(...receipts);
        return { matched: receipts.length, unmatched: 0 };
      },
    },
  });
  const post = async (
    path: string,
    payload: unknown = [{ success: true, out_id: "d1", phone_number: "13812345678" }],
  ) => {
    const answer = await app.inject({ method: "POST", url: `/v1/receipts/${path}`, payload: payload as object });
    return [answer.statusCode, answer.body.startsWith('{"type"') ? answer.json().code : answer.body];
  };
  return { app, lines, taken, post };
}

it("a token in the path gives access where a provider signs nothing, and is never logged", async () => {
  const { post, taken, lines } = providers();
  expect(await post("sms/wrong")).toEqual([404, "not_found"]);
  expect(await post("sms")).toEqual([404, "not_found"]);
  expect(taken).toEqual([]);
  expect(await post("sms/hush-token")).toEqual([200, '{"code":0,"msg":"ok"}']);
  expect(taken).toMatchObject([{ kind: "delivered", deliveryId: "d1" }]);
  expect(await post("wechat/hush-token")).toEqual([404, "not_found"]);
  expect(lines.join("")).not.toMatch(/hush-token|12345678/);
});

it("a token cannot be guessed: wrong ones are limited, right ones never are", async () => {
  const { post } = providers();
  const answers = new Set<unknown>();
  for (let n = 0; n < 70; n += 1) answers.add((await post(`sms/guess-${n}`))[1]);
  expect([...answers]).toEqual(["not_found", "rate_limited"]);
  expect(await post("sms/hush-token")).toEqual([200, '{"code":0,"msg":"ok"}']);
});

it("a channel without receipts, or without its secret, says so", async () => {
  const { app, post } = providers();
  expect(await post("nowhere")).toEqual([404, "channel_not_found"]);
  expect(await post("console")).toEqual([404, "channel_not_found"]);
  expect(await post("hook")).toEqual([401, "receipts_not_configured"]);
  expect((await app.inject({ method: "POST", url: "/v1/receipts/hook", payload: [] })).json().detail).toBe(
    "set appSecret and verifyToken of channels.hook in dunlin.yaml, so that receipts can be verified",
  );
  expect(await post("wechat")).toEqual([401, "invalid_signature"]);
});

it("a provider may check the address by GET", async () => {
  const { app } = providers();
  const query = "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036504&nonce=1514711492&echostr=echo";
  const answer = await app.inject(`/v1/receipts/wechat?${query}`);
  expect([answer.statusCode, answer.body]).toEqual([200, "echo"]);
  expect((await app.inject("/v1/receipts/wechat?echostr=echo")).statusCode).toBe(401);
});

it("receipts that cannot be stored are asked for again", async () => {
  const { app } = stubServer({
    receipts: {
      channels: new Map<string, ReceiptChannel>([["sms", { kind: "reads", reader: aliyunReceipts("t") }]]),
      submit: () => Promise.reject(new Error("the database is away")),
    },
  });
  const answer = await app.inject({ method: "POST", url: "/v1/receipts/sms/t", payload: [] });
  expect([answer.statusCode, answer.headers["retry-after"], answer.json().code]).toEqual([
    503,
    "5",
    "store_unavailable",
  ]);
});
