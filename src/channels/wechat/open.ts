/**
 * Channel `wechat`: a subscribe message of a mini-programme, or a template message of an official account. Both send approved templates only. For
 * an official account our idempotency key travels as client_msg_id.
 */
import { createHash } from "node:crypto";
import type { Message, SendOutcome } from "../../core/seams/channel.ts";
import { outcomeOf, plainCode } from "../code-table.ts";
import type { Open } from "../deps.ts";
import { openHttp } from "../http-client.ts";
import { permanent } from "../http-outcome.ts";
import { BAD_ANSWER, jsonAnswer } from "../json-answer.ts";
import { wechatCheck } from "./check.ts";
import { TOKEN_CODES, wechatCodes } from "./codes.ts";
import { createTokens } from "./token.ts";
import { fitValue } from "./values.ts";

const BASE = "https://api.weixin.qq.com";

export const openWechat: Open<"wechat"> = (config, { now = Date.now }) => {
  const { url = BASE, appId, appSecret, kind } = config.settings;
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/$/, "");
  // Asking for a token and sending share the time of one send; a token that was refused costs three requests more.
  const http = openHttp(origin, { ...config, timeoutMs: Math.max(1, Math.floor(config.timeoutMs / 5)) });
  const tokens = createTokens(http, { path: `${base}/cgi-bin/stable_token`, appId, appSecret }, now);
  const path = `${base}/cgi-bin/message/${kind === "official" ? "template" : "subscribe"}/send`;

  return {
    send: async (message, startBy = Number.POSITIVE_INFINITY, begun = () => {}) => {
      const { approved } = message;
      if (approved?.provider !== "wechat")
        return permanent(
          "no_approved_template",
          "the text names no template of WeChat: add wechat to its front matter",
        );
      const body = Buffer.from(JSON.stringify(bodyOf(message, kind)));
      const attempt = async (token: string): Promise<SendOutcome> => {
        const request = { path: `${path}?access_token=${encodeURIComponent(token)}`, headers: [...JSON_TYPE], body };
        return http.post(
          request,
          { startBy, begun },
          (status) => (raw) =>
            jsonAnswer(status, (answer) => {
              const code = plainCode(answer.errcode);
              if (code === "0") return { kind: "accepted", messageId: messageIdOf(raw), segments: null };
              return code === "unreadable" ? BAD_ANSWER : outcomeOf(wechatCodes, code, { now: now(), status });
            })(raw),
        );
      };
      const first = await tokens.get(startBy);
      if (!first.ok) return first.outcome;
      const outcome = await attempt(first.token);
      if (outcome.kind !== "failed-transient" || !TOKEN_CODES.has(outcome.code)) return outcome;
      const fresh = await tokens.get(startBy, first.token);
      return fresh.ok ? attempt(fresh.token) : fresh.outcome;
    },
    check: wechatCheck(
      tokens,
      (asked, token) =>
        http.ask({
          method: "GET",
          path: `${base}${asked}?access_token=${encodeURIComponent(token)}`,
          headers: [],
          body: null,
        }),
      kind,
    ),
    close: http.close,
  };
};

const JSON_TYPE = ["content-type", "application/json"] as const;

function bodyOf({ to, approved, params, idempotencyKey }: Message, kind: "subscribe" | "official"): object {
  const data = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, { value: fitValue(name, value) }]),
  );
  const common = { touser: to, template_id: approved?.fields.templateId, data };
  const page = approved?.fields.page;
  if (kind === "official")
    return { ...common, client_msg_id: shortKey(idempotencyKey), ...(page === undefined ? {} : { url: page }) };
  return { ...common, ...(page === undefined ? {} : { page }) };
}

/** At most 32 characters. */
const shortKey = (key: string): string =>
  /^[\w-]{1,32}$/.test(key) ? key : createHash("sha256").update(key).digest("hex").slice(0, 32);

/** The id has 19 digits, which a JSON number loses: it is read from the text. */
const messageIdOf = (raw: Buffer | null): string | null =>
  /"msgid"\s*:\s*"?(\d{1,30})"?/.exec(raw?.toString("utf8") ?? "")?.[1] ?? null;
