/**
 * Youzan's open API. A token is asked for with the client's secret and kept until shortly before its end. Calls take it in the query, which
 * is logged nowhere.
 */
import { openApi } from "../api/call.ts";
import { mapSome } from "../api/map-some.ts";
import { unlessAborted } from "../api/unless-aborted.ts";
import { type Listed, PAGE_SIZE, readWindows } from "../api/windows.ts";
import { chinaText } from "../china-time.ts";
import { type Asked, type OrderNow, type Page, PlatformFault, type ShopClient } from "../client.ts";
import { exactId, type Json, jsonOf, objectsIn, textOf } from "../json.ts";
import type { PollAccess } from "../poll-keys.ts";
import { tradeEvents, tradeId, tradeState } from "./trade.ts";

const VERSION = "4.0.4";
const EARLY_MS = 300_000;
const PARALLEL = 4;

export function openYouzan({ url, clientId, clientSecret, kdtId }: PollAccess<"youzan">): ShopClient {
  const api = openApi(url);
  let token: { readonly text: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;
  const closing = new AbortController();

  const post = async (path: string, body: object, { signal, now }: Asked) => {
    const headers = { "content-type": "application/json" };
    const { json, platformNow } = await api.call({
      method: "POST",
      path,
      headers,
      body: JSON.stringify(body),
      signal,
      now,
    });
    const answer = jsonOf(json);
    if (answer === null) throw new PlatformFault("bad_answer", "Youzan answered no JSON object");
    const refused = jsonOf(answer.gw_err_resp) ?? (answer.success === false ? answer : null);
    if (refused !== null) throw faultOf(refused);
    const data = jsonOf(answer.data);
    if (data === null) throw new PlatformFault("bad_answer", "Youzan answered without data");
    return { data, platformNow };
  };

  /** Calls at the same time share the question: it has the time limit of a call, and ends with no single one of them. */
  function tokenFor(asked: Asked): Promise<string> {
    if (token !== null && asked.now < token.until) return Promise.resolve(token.text);
    asking ??= askToken({ ...asked, signal: closing.signal }).finally(() => {
      asking = null;
    });
    return unlessAborted(asked.signal, asking);
  }

  async function askToken(asked: Asked): Promise<string> {
    const { data } = await post(
      "/auth/token",
      { authorize_type: "silent", client_id: clientId, client_secret: clientSecret, grant_id: kdtId, refresh: false },
      asked,
    );
    const text = textOf(data.access_token, 1_000);
    if (text === null)
      throw new PlatformFault("unauthorized", "Youzan gave no access token: check clientId and clientSecret");
    token = { text, until: Number(exactId(data.expires) ?? 0) - EARLY_MS };
    return text;
  }

  async function call(method: string, body: object, asked: Asked) {
    const held = await tokenFor(asked);
    try {
      return await post(`/api/${method}/${VERSION}?access_token=${encodeURIComponent(held)}`, body, asked);
    } catch (error) {
      // The next call asks for another token.
      if (error instanceof PlatformFault && error.code === "unauthorized") token = null;
      throw error;
    }
  }

  const list = async (from: number, to: number, page: number, asked: Asked): Promise<Listed<Json>> => {
    const { data, platformNow } = await call(
      "youzan.trades.sold.get",
      { start_update: chinaText(from), end_update: chinaText(to), page_no: page, page_size: PAGE_SIZE },
      asked,
    );
    const items = objectsIn(objectsIn(data.full_order_info_list).map((each) => each.full_order_info));
    return { items, total: Number(exactId(data.total_results) ?? items.length), platformNow };
  };

  async function* changedSince(since: number, asked: Asked): AsyncGenerator<Page> {
    // Its answer also shows the platform's clock.
    await tokenFor(asked);
    const windows = readWindows({
      since,
      until: asked.now + api.ahead(),
      list: (from, to, page) => list(from, to, page, asked),
      keyOf: (trade) => `${tradeId(trade)} ${textOf(jsonOf(trade.order_info)?.update_time, 40)}`,
    });
    for await (const { items, reached, platformNow } of windows)
      yield { events: items.flatMap((trade) => eventsOf(trade, asked)), reached, platformNow, waitMs: 0 };
  }

  return {
    changedSince,
    ordersPerCall: 1,
    async ordersNow(ids, asked) {
      const trades = await mapSome(PARALLEL, ids, async (tid) => {
        try {
          const { data } = await call("youzan.trade.get", { tid }, asked);
          return jsonOf(data.full_order_info);
        } catch (error) {
          // One that it does not know must not hide the others.
          if (error instanceof PlatformFault && error.code === "refused") return null;
          throw error;
        }
      });
      return trades.flatMap((trade) => (trade === null ? [] : orderNow(trade, asked)));
    },
    close() {
      closing.abort();
      return api.close();
    },
  };
}

/** The gateway's own codes: 4201 to 4203 are the token; 4007, 4008 and 4044 limits of calls. */
function faultOf(refused: Json): PlatformFault {
  const code = exactId(refused.err_code) ?? exactId(refused.code) ?? "?";
  const said = `Youzan refused the call with code ${/^[\w-]{1,20}$/.test(code) ? code : "?"}`;
  if (/^(4201|4202|4203|40009|40010|140500101)$/.test(code))
    return new PlatformFault("unauthorized", `${said}: check clientId, clientSecret and kdtId`);
  return new PlatformFault(/^(4007|4008|4044|4005)$/.test(code) ? "rate_limited" : "refused", said);
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
