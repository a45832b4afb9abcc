/**
 * Channel `whatsapp`: the Cloud API of WhatsApp. Our idempotency key travels as biz_opaque_callback_data and comes back with every status. A text
 * without an approved template is sent as plain text, which WhatsApp takes within 24 hours after the buyer wrote.
 */
import type { ApprovedTemplate, Message } from "../../core/seams/channel.ts";
import { retryAfterMs } from "../../core/text/retry-after.ts";
import { outcomeOf, plainCode } from "../code-table.ts";
import type { Open } from "../deps.ts";
import { openHttp } from "../http-client.ts";
import { BAD_ANSWER, jsonAnswer, jsonOf, stringOf } from "../json-answer.ts";
import { whatsappCheck } from "./check.ts";
import { whatsappCodes } from "./codes.ts";

const BASE = "https://graph.facebook.com";

export const openWhatsapp: Open<"whatsapp"> = (config, { now = Date.now }) => {
  const { url = BASE, version, phoneNumberId, businessAccountId, accessToken } = config.settings;
  const { origin, pathname } = new URL(url);
  const http = openHttp(origin, config);
  const root = `${pathname.replace(/\/$/, "")}/${version}`;
  const path = `${root}/${encodeURIComponent(phoneNumberId)}/messages`;
  const headers = ["authorization", `Bearer ${accessToken}`, "content-type", "application/json"];
  return {
    send: (message, startBy = Number.POSITIVE_INFINITY, begun = () => {}) => {
      const body = Buffer.from(JSON.stringify(bodyOf(message)));
      return http.post({ path, headers: [...headers], body }, { startBy, begun }, (status, answered) =>
        jsonAnswer(status, (answer) => {
          const [sent] = Array.isArray(answer.messages) ? (answer.messages as unknown[]) : [];
          const id = stringOf(jsonOf(sent)?.id);
          if (status < 300 && id !== null) return { kind: "accepted", messageId: id, segments: null };
          const code = plainCode(jsonOf(answer.error)?.code);
          if (code === "unreadable") return BAD_ANSWER;
          return outcomeOf(whatsappCodes, code, { now: now(), status, retryAfterMs: retryAfterMs(answered, now()) });
        }),
      );
    },
    check: whatsappCheck(
      (asked) => http.ask({ method: "GET", path: `${root}/${asked}`, headers: headers.slice(0, 2), body: null }),
      phoneNumberId,
      businessAccountId,
    ),
    close: http.close,
  };
};

function bodyOf({ to, text, approved, params, idempotencyKey }: Message): object {
  const content =
    approved?.provider === "whatsapp"
      ? { type: "template", template: templateOf(approved, params) }
      : { type: "text", text: { body: text } };
  return {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    to: to.replace(/^\+/, ""),
    ...content,
    biz_opaque_callback_data: idempotencyKey,
  };
}

/** Parameters are named 1, body.1, header.1 or button.0.1; the kind of button 0 is the field `button.0`. */
function templateOf({ fields }: ApprovedTemplate, params: Message["params"]): object {
  const components = new Map<string, string[]>();
  for (const place of Object.keys(fields)) if (place.startsWith("button.")) components.set(place, []);
  const ordered = Object.entries(params).map(([name, value]) => ({ ...placeOf(name), value }));
  for (const { place, value } of ordered.sort((a, b) => a.position - b.position))
    components.set(place, [...(components.get(place) ?? []), value]);
  return {
    name: fields.name,
    language: { code: fields.language },
    components: [...components].map(([place, values]) => componentOf(place, values, fields)),
  };
}

function placeOf(name: string): { readonly place: string; readonly position: number } {
  const at = name.lastIndexOf(".");
  return { place: at < 0 ? "body" : name.slice(0, at), position: Number(name.slice(at + 1)) };
}

function componentOf(place: string, values: readonly string[], fields: ApprovedTemplate["fields"]): object {
  const [type, index] = place.split(".");
  const kind = fields[place] ?? "url";
  if (index === undefined) return { type, parameters: values.map((text) => ({ type: "text", text: plain(text) })) };
  const parameterOf: Readonly<Record<string, (text: string) => object>> = {
    quick_reply: (payload) => ({ type: "payload", payload }),
    copy_code: (coupon) => ({ type: "coupon_code", coupon_code: coupon }),
  };
  const make = parameterOf[kind] ?? ((text: string) => ({ type: "text", text }));
  return { type, sub_type: kind, index, parameters: values.map(make) };
}

/** WhatsApp refuses line ends, tabs and more than four blanks in a row. */
const plain = (text: string): string => text.replace(/[\r\n\t]+/g, " ").replace(/ {5,}/g, "    ");
