/** Channel `aliyun-sms`: SendSms of Aliyun (Dysmsapi 2017-05-25). Our idempotency key travels as OutId and comes back in receipts. */
import { randomUUID } from "node:crypto";
import type { Message } from "../../core/seams/channel.ts";
import { plainCode } from "../code-table.ts";
import type { Open } from "../deps.ts";
import { openHttp } from "../http-client.ts";
import { permanent } from "../http-outcome.ts";
import { BAD_ANSWER, jsonAnswer, stringOf } from "../json-answer.ts";
import { aliyunCheck } from "./check.ts";
import { aliyunOutcome } from "./codes.ts";
import { aliyunLookup } from "./lookup.ts";
import { numberOf } from "./number.ts";
import { signAcs3 } from "./signature.ts";

const BASE = "https://dysmsapi.aliyuncs.com";
const EMPTY = Buffer.alloc(0);

export const openAliyunSms: Open<"aliyun-sms"> = (config, { now = Date.now }) => {
  const { url = BASE, accessKeyId, accessKeySecret, signName: ownSign } = config.settings;
  const { origin, host } = new URL(url);
  const http = openHttp(origin, config);
  const signed = (action: string, query: Readonly<Record<string, string>>) =>
    signAcs3({
      ...{ host, action, version: "2017-05-25", query, accessKeyId, accessKeySecret },
      now: now(),
      nonce: randomUUID(),
    });
  const ask = (action: string, query: Readonly<Record<string, string>>) =>
    http.ask({ method: "POST", ...signed(action, query), body: null });
  return {
    send: async (message, startBy = Number.POSITIVE_INFINITY, begun = () => {}) => {
      const { approved } = message;
      const templateCode = approved?.fields.templateCode;
      const signName = approved?.fields.signName ?? ownSign;
      if (templateCode === undefined)
        return permanent(
          "no_approved_template",
          "the text names no template of Aliyun: add aliyun to its front matter",
        );
      if (signName === undefined) return permanent("no_sign_name", "neither the text nor the channel has a signName");
      const { path, headers } = signed("SendSms", queryOf(message, signName, templateCode));
      return http.post({ path, headers, body: EMPTY }, { startBy, begun }, (status) =>
        jsonAnswer(status, (answer) => {
          const code = plainCode(answer.Code);
          if (code === "OK") return { kind: "accepted", messageId: stringOf(answer.BizId), segments: null };
          if (code === "unreadable") return BAD_ANSWER;
          return aliyunOutcome(code, String(answer.Message ?? ""), { now: now(), status });
        }),
      );
    },
    check: aliyunCheck(ask),
    lookup: aliyunLookup(ask, now),
    close: http.close,
  };
};

function queryOf(message: Message, signName: string, templateCode: string): Record<string, string> {
  return {
    PhoneNumbers: numberOf(message.to),
    SignName: signName,
    TemplateCode: templateCode,
    ...(Object.keys(message.params).length === 0 ? {} : { TemplateParam: JSON.stringify(message.params) }),
    OutId: message.idempotencyKey,
  };
}
