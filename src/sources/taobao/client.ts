/**
 * Taobao's open platform (TOP). Which trades changed comes from `taobao.trades.sold.increment.get`; the phone number and the goods of an unpaid one
 * from `taobao.trade.fullinfo.get`. Calls carry the platform's time (UTC+8, at most ten minutes off): after an answer that shows another
 * time, the calls follow the platform's clock.
 */
import { openApi } from "../api/call.ts";
import { mapSome } from "../api/map-some.ts";
import { type Listed, PAGE_SIZE, readWindows } from "../api/windows.ts";
import { chinaText } from "../china-time.ts";
import { type Asked, type OrderNow, type Page, PlatformFault, type ShopClient } from "../client.ts";
import { exactId, type Json, jsonOf, objectsIn, textOf } from "../json.ts";
import type { PollAccess } from "../poll-keys.ts";
import { signTop } from "./top-sign.ts";
import { tradeEvents, tradeId, tradeState } from "./trade.ts";

/** The fields that trade.ts reads; only those that are named come back. */
const FIELDS =
  "tid,tid_str,status,type,payment,created,pay_time,modified,end_time,buyer_open_uid,buyer_nick,receiver_name,receiver_mobile,receiver_phone,step_trade_status,step_paid_fee,buyer_message,orders";
/** Calls at a time for single trades. */
const PARALLEL = 4;

export function openTaobao({ url, appKey, appSecret, session }: PollAccess<"taobao">): ShopClient {
  const api = openApi(url);
  const path = new URL(url).pathname === "/" ? "/router/rest" : "";

  async function call(method: string, own: Readonly<Record<string, string>>, { signal, now }: Asked) {
    const parameters: Record<string, string> = {
      method,
      app_key: appKey,
      session,
      timestamp: chinaText(now + api.ahead()),
      format: "json",
      v: "2.0",
      sign_method: "hmac-sha256",
      ...own,
    };
    const sign = signTop(Object.entries(parameters), appSecret);
    const { json, platformNow } = await api.call({
      method: "POST",
      path,
      headers: { "content-type": "application/x-www-form-urlencoded;charset=utf-8" },
      body: new URLSearchParams({ ...parameters, sign }).toString(),
      signal,
      now,
    });
    const answer = jsonOf(json);
    const error = jsonOf(answer?.error_response);
    if (error !== null) throw faultOf(error);
    const inner = jsonOf(answer?.[`${method.replace("taobao.", "").replaceAll(".", "_")}_response`]);
    if (inner === null) throw new PlatformFault("bad_answer", `Taobao gave no answer to ${method}`);
    return { answer: inner, platformNow };
  }

  const list = async (from: number, to: number, page: number, asked: Asked): Promise<Listed<Json>> => {
    const { answer, platformNow } = await call(
      "taobao.trades.sold.increment.get",
      {
        fields: FIELDS,
        start_modified: chinaText(from),
        end_modified: chinaText(to),
        page_no: String(page),
        page_size: String(PAGE_SIZE),
      },
      asked,
    );
    const items = objectsIn(jsonOf(answer.trades)?.trade);
    return { items, total: Number(exactId(answer.total_results) ?? items.length), platformNow };
  };

  /** null: there is no such trade in the shop any more. */
  async function fullTrade(tid: string, asked: Asked): Promise<Json | null> {
    try {
      const { answer } = await call("taobao.trade.fullinfo.get", { fields: FIELDS, tid }, asked);
      return jsonOf(answer.trade);
    } catch (error) {
      if (error instanceof PlatformFault && error.code === "not_found") return null;
      throw error;
    }
  }

  async function* changedSince(since: number, asked: Asked): AsyncGenerator<Page> {
    const windows = readWindows({
      since,
      until: asked.now + api.ahead(),
      list: (from, to, page) => list(from, to, page, asked),
      keyOf: (trade) => `${tradeId(trade)} ${textOf(trade.modified, 40)}`,
    });
    for await (const { items, reached, platformNow } of windows) {
      const whole = await mapSome(PARALLEL, items, async (trade) => {
        const id = tradeId(trade);
        const full = id !== null && tradeState(trade) === "unpaid" ? await fullTrade(id, asked) : null;
        // It may have changed between the two calls: the later answer counts.
        return full ?? trade;
      });
      yield { events: whole.flatMap((trade) => eventsOf(trade, asked)), reached, platformNow, waitMs: 0 };
    }
  }

  return {
    changedSince,
    ordersPerCall: 1,
    async ordersNow(ids, asked) {
      const known = ids.filter((id) => /^\d{1,30}$/.test(id));
      const trades = await mapSome(PARALLEL, known, (id) => fullTrade(id, asked));
      return trades.flatMap((trade) => (trade === null ? [] : orderNow(trade, asked)));
    },
    close: api.close,
  };
}

/** `isv.…` is our fault, `isp.…` theirs. Code 7 is the limit of calls; its text says for how long. 27 and 26 are the session. */
function faultOf(error: Json): PlatformFault {
  const code = exactId(error.code) ?? "?";
  const sub = textOf(error.sub_code, 80) ?? "";
  const said = `Taobao refused the call with code ${code}${/^[\w.:-]+$/.test(sub) ? ` (${sub})` : ""}`;
  if (code === "7" || /access-control|call-limit|limited-by/i.test(sub)) {
    const seconds = /(\d{1,5})\s*(?:more\s*)?(?:seconds?|秒)/i.exec(textOf(error.sub_msg, 500) ?? "")?.[1];
    return new PlatformFault("rate_limited", said, seconds === undefined ? null : Number(seconds) * 1_000);
  }
  if (["11", "12", "13", "25", "26", "27", "28", "29"].includes(code))
    return new PlatformFault("unauthorized", `${said}: check appKey and appSecret, and authorize the shop again`);
  if (/trade.*not-?exist|not-?found|invalid-tid/i.test(sub)) return new PlatformFault("not_found", said);
  return new PlatformFault(sub.startsWith("isv.") ? "refused" : "unreachable", said);
}

function eventsOf(trade: Json, { shop, now }: Asked): readonly unknown[] {
  const read = tradeEvents(trade, shop, now);
  return read.ok ? read.events : [];
}

function orderNow(trade: Json, asked: Asked): OrderNow[] {
  const id = tradeId(trade);
  const state = tradeState(trade);
  return id === null || state === null ? [] : [{ id, state, events: eventsOf(trade, asked) }];
}
