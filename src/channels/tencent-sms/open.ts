/** Channel `tencent-sms`: SendSms of Tencent Cloud (2021-01-11). Our idempotency key travels as SessionContext. */
import type { Message, SendOutcome } from "../../core/seams/channel.ts";
import { outcomeOf, plainCode } from "../code-table.ts";
import type { Open } from "../deps.ts";
import { openHttp } from "../http-client.ts";
import { permanent } from "../http-outcome.ts";
import { BAD_ANSWER, jsonAnswer, jsonOf, stringOf } from "../json-answer.ts";
import { tencentCheck } from "./check.ts";
import { tencentCodes } from "./codes.ts";
import { tencentLookup } from "./lookup.ts";
import { signTc3 } from "./signature.ts";

const BASE = "https://sms.tencentcloudapi.com";

export const openTencentSms: Open<"tencent-sms"> = (config, { now = Date.now }) => {
  const { url = BASE, secretId, secretKey, sdkAppId, signName: ownSign, region } = config.settings;
  const { origin, host } = new URL(url);
  const http = openHttp(origin, config);
  const signed = (action: string, body: Buffer) => [
    ...signTc3({ host, service: "sms", action, body, secretId, secretKey, now: now() }),
    ...["x-tc-version", "2021-01-11", "x-tc-region", region],
  ];
  const ask = (action: string, asked: object) => {
    const body = Buffer.from(JSON.stringify(asked));
    return http.ask({ method: "POST", path: "/", headers: signed(action, body), body });
  };
  return {
    send: async (message, startBy = Number.POSITIVE_INFINITY, begun = () => {}) => {
      const { approved, to } = message;
      const templateId = approved?.fields.templateId;
      const signName = approved?.fields.signName ?? ownSign;
      if (templateId === undefined)
        return permanent(
          "no_approved_template",
          "the text names no template of Tencent: add tencent to its front matter",
        );
      // Messages abroad may go without a signature.
      if (signName === undefined && to.startsWith("+86"))
        return permanent("no_sign_name", "neither the text nor the channel has a signName");
      const body = Buffer.from(
        JSON.stringify({
          PhoneNumberSet: [to],
          SmsSdkAppId: approved?.fields.sdkAppId ?? sdkAppId,
          TemplateId: templateId,
          ...(signName === undefined ? {} : { SignName: signName }),
          TemplateParamSet: positional(message),
          SessionContext: message.idempotencyKey,
        }),
      );
      return http.post({ path: "/", headers: signed("SendSms", body), body }, { startBy, begun }, (status) =>
        jsonAnswer(status, ({ Response }) => read(Response, { status, now: now() })),
      );
    },
    check: tencentCheck(ask, sdkAppId, now),
    lookup: tencentLookup(ask, sdkAppId, now),
    close: http.close,
  };
};

/** HTTP 200 without an error can still hold a number that failed. */
function read(response: unknown, facts: { status: number; now: number }): SendOutcome {
  const answer = jsonOf(response);
  const error = jsonOf(answer?.Error);
  const [sent] = Array.isArray(answer?.SendStatusSet) ? (answer.SendStatusSet as unknown[]) : [];
  const status = jsonOf(sent);
  const code = plainCode(error === null ? status?.Code : error.Code);
  if (code === "unreadable") return BAD_ANSWER;
  if (error !== null || code !== "Ok") return outcomeOf(tencentCodes, code, facts);
  const fee = Number(status?.Fee);
  return {
    kind: "accepted",
    messageId: stringOf(status?.SerialNo),
    segments: Number.isInteger(fee) && fee > 0 && fee <= 1000 ? fee : null,
  };
}

const positional = ({ params }: Message): string[] =>
  Object.entries(params)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => value);
