/**
 * The platforms that can be polled, each with a small stock of orders behind its documented API. All speak of the same orders, so that one
 * suite tests every client.
 */
import { createHmac } from "node:crypto";
import type { ShopClient } from "../../../src/sources/client.ts";
import { openClient } from "../../../src/sources/clients.ts";
import { type Answer, type Platform, platformServer, type Request } from "./server.ts";

/** `modified` is epoch ms of a whole second. `id` has more digits than a number can hold, where the platform has such ids. */
export type StockOrder = {
  readonly id: string;
  readonly modified: number;
  readonly created: number;
  readonly amount: string;
  /** `refunded`: it was paid before. */
  readonly state: "unpaid" | "paid" | "closed" | "refunded";
};

export type Stock = {
  readonly name: string;
  readonly platform: Platform;
  /** Changes may be made at any time. */
  readonly orders: StockOrder[];
  readonly client: ShopClient;
  /** Called before each page is listed. */
  beforePage: () => void;
};

const gmt = (ms: number) => new Date(ms).toISOString().slice(0, 19);
const china = (ms: number) => gmt(ms + 8 * 3_600_000).replace("T", " ");
const fromChina = (text: string | null) => Date.parse(`${(text ?? "").replace(" ", "T")}+08:00`);
const exact = (value: unknown) => JSON.stringify(value).replaceAll(/"#(\d+)"/g, "$1");
const wasPaid = ({ state }: StockOrder) => state === "paid" || state === "refunded";
const byTime = (orders: readonly StockOrder[]) => orders.toSorted((a, b) => a.modified - b.modified);

type Make = (stock: Stock, request: Request) => Answer;

async function stockOf(name: Stock["name"], make: Make, open: (url: string) => ShopClient): Promise<Stock> {
  const platform = await platformServer((request) => make(stock, request));
  const client = open(platform.url);
  const stock: Stock = { name, platform, orders: [], client, beforePage: () => {} };
  return stock;
}

export const woocommerce = () =>
  stockOf(
    "woocommerce",
    (stock, { path, query, headers }) => {
      const basic = `Basic ${Buffer.from("ck_1:cs_2").toString("base64")}`;
      if (headers.authorization !== basic) return { status: 401, body: {} };
      if (path === "/wp-json/wc/v3/webhooks")
        return {
          body: [
            {
              topic: "order.created",
              status: "active",
              delivery_url: "https://d.example/v1/webhooks/woocommerce/acme",
            },
            {
              topic: "order.updated",
              status: "disabled",
              delivery_url: "https://d.example/v1/webhooks/woocommerce/acme",
            },
            { topic: "order.updated", status: "disabled", delivery_url: "https://elsewhere.example/" },
          ],
        };
      if (path !== "/wp-json/wc/v3/orders") return { status: 404, body: {} };
      const included = query.get("include")?.split(",") ?? null;
      if (included === null) stock.beforePage();
      // Without it the time is read in the zone of the site.
      const zone = query.get("dates_are_gmt") === "true" ? "Z" : "-08:00";
      const after = Date.parse(`${query.get("modified_after")}${zone}`);
      // Trashed orders and those of other states come by name only.
      if (query.get("status") !== "any" || (included === null && query.get("orderby") !== "modified"))
        return { status: 400, body: { code: "rest_invalid_param" } };
      const excluded = query.get("exclude")?.split(",") ?? [];
      const all = byTime(stock.orders).filter(({ id, modified }) =>
        included === null ? modified > after && !excluded.includes(id) : included.includes(id),
      );
      const [size, page] = [Number(query.get("per_page")), Number(query.get("page") ?? 1)];
      const fields = new Set(query.get("_fields")?.split(","));
      const body = all.slice((page - 1) * size, page * size).map((order) => {
        const status = { unpaid: "pending", paid: "processing", closed: "cancelled", refunded: "refunded" }[
          order.state
        ];
        const whole: Record<string, unknown> = {
          id: `#${order.id}`,
          number: order.id,
          status,
          currency: "CNY",
          total: order.amount,
          date_created_gmt: gmt(order.created),
          date_modified_gmt: gmt(order.modified),
          date_paid_gmt: wasPaid(order) ? gmt(order.modified) : null,
          customer_id: 25,
          billing: { country: "CN", phone: "13812345678", email: "li@acme.cn" },
          payment_method: "alipay",
          meta_data: [{ secret: "not asked for" }],
        };
        return Object.fromEntries(Object.entries(whole).filter(([name]) => fields.has(name)));
      });
      return { headers: { "x-wp-totalpages": String(Math.ceil(all.length / size)) }, body: exact(body) };
    },
    (url) => openClient("woocommerce", { url, key: "ck_1", secret: "cs_2" }),
  );

export const shopify = () =>
  stockOf(
    "shopify",
    (stock, { path, headers, body }) => {
      if (path !== "/admin/api/2026-10/graphql.json") return { status: 404, body: {} };
      if (headers["x-shopify-access-token"] !== "shpat_1") return { status: 401, body: {} };
      const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
      if (query.includes("webhookSubscriptions")) {
        const hook = (topic: string) => ({
          topic,
          endpoint: { callbackUrl: "https://d.example/v1/webhooks/shopify/acme" },
        });
        return { body: { data: { webhookSubscriptions: { nodes: ["ORDERS_CREATE", "ORDERS_PAID"].map(hook) } } } };
      }
      const nodeOf = (order: StockOrder) => ({
        id: `gid://shopify/Order/${order.id}`,
        name: `#${order.id}`,
        createdAt: `${gmt(order.created)}Z`,
        updatedAt: `${gmt(order.modified)}Z`,
        cancelledAt: order.state === "closed" ? `${gmt(order.modified)}Z` : null,
        currencyCode: "CNY",
        presentmentCurrencyCode: "CNY",
        displayFinancialStatus: { unpaid: "PENDING", paid: "PAID", closed: "PENDING", refunded: "REFUNDED" }[
          order.state
        ],
        displayFulfillmentStatus: "UNFULFILLED",
        paymentGatewayNames: ["Some Wallet"],
        currentTotalPriceSet: { shopMoney: { amount: order.amount, currencyCode: "CNY" } },
        totalOutstandingSet: {
          shopMoney: { amount: wasPaid(order) ? "0.0" : order.amount, currencyCode: "CNY" },
        },
        customer: {
          id: "gid://shopify/Customer/25",
          defaultPhoneNumber: { phoneNumber: "+8613812345678" },
          defaultEmailAddress: { emailAddress: "li@acme.cn" },
        },
        lineItems: {
          nodes: [{ title: "茶叶", quantity: 1, originalUnitPriceSet: { shopMoney: { amount: order.amount } } }],
        },
        refunds: [],
      });
      const extensions = {
        cost: { requestedQueryCost: 100, throttleStatus: { currentlyAvailable: 1_900, restoreRate: 100 } },
      };
      const ids = variables.ids as string[] | undefined;
      if (ids !== undefined)
        return {
          body: { data: { nodes: ids.map((id) => stock.orders.map(nodeOf).find((node) => node.id === id) ?? null) } },
        };
      stock.beforePage();
      const from = Date.parse(/updated_at:>='([^']+)'/.exec(String(variables.query))?.[1] ?? "");
      const all = byTime(stock.orders).filter(({ modified }) => modified >= from);
      const begin = variables.after === null ? 0 : all.findIndex(({ id }) => id === variables.after) + 1;
      const nodes = all.slice(begin, begin + 50);
      const pageInfo = { hasNextPage: begin + 50 < all.length, endCursor: nodes.at(-1)?.id ?? null };
      return { body: { data: { orders: { nodes: nodes.map(nodeOf), pageInfo } }, extensions } };
    },
    (url) => openClient("shopify", { url, token: "shpat_1" }),
  );

export const taobao = () =>
  stockOf(
    "taobao",
    (stock, { path, body }) => {
      if (path !== "/router/rest") return { status: 404, body: {} };
      const form = new URLSearchParams(body);
      const error = (code: number, sub_code: string) => ({
        body: { error_response: { code, msg: "refused", sub_code } },
      });
      const text = [...form.keys()]
        .filter((key) => key !== "sign")
        .toSorted()
        .map((key) => key + form.get(key))
        .join("");
      if (form.get("sign") !== createHmac("sha256", "s3").update(text).digest("hex").toUpperCase())
        return error(25, "isv.invalid-signature");
      const clock = (stock.platform.date ?? new Date()).getTime();
      if (Math.abs(fromChina(form.get("timestamp")) - clock) > 600_000) return error(31, "isv.invalid-timestamp");
      const tradeOf = (order: StockOrder, full: boolean) => ({
        tid: `#${order.id}`,
        tid_str: order.id,
        status: {
          unpaid: "WAIT_BUYER_PAY",
          paid: "WAIT_SELLER_SEND_GOODS",
          closed: "TRADE_CLOSED_BY_TAOBAO",
          refunded: "TRADE_CLOSED",
        }[order.state],
        type: "fixed",
        payment: order.amount,
        created: china(order.created),
        modified: china(order.modified),
        pay_time: wasPaid(order) ? china(order.modified) : "",
        buyer_open_uid: "AAGx1",
        ...(full && { receiver_mobile: "13812345678" }),
      });
      if (form.get("method") === "taobao.trade.fullinfo.get") {
        const found = stock.orders.find(({ id }) => id === form.get("tid"));
        if (found === undefined) return error(15, "isv.trade-not-exist");
        return { body: exact({ trade_fullinfo_get_response: { trade: tradeOf(found, true) } }) };
      }
      stock.beforePage();
      const [from, to] = [fromChina(form.get("start_modified")), fromChina(form.get("end_modified"))];
      const all = byTime(stock.orders).filter(({ modified }) => modified >= from && modified <= to);
      const [size, page] = [Number(form.get("page_size")), Number(form.get("page_no"))];
      const trades = all.slice((page - 1) * size, page * size).map((order) => tradeOf(order, false));
      return {
        body: exact({ trades_sold_increment_get_response: { total_results: all.length, trades: { trade: trades } } }),
      };
    },
    (url) => openClient("taobao", { url, appKey: "1", appSecret: "s3", session: "se" }),
  );

export const youzan = () =>
  stockOf(
    "youzan",
    (stock, { path, query, body }) => {
      const given = JSON.parse(body) as Record<string, unknown>;
      if (path === "/auth/token")
        return given.client_secret === "s3" && given.grant_id === "88"
          ? { body: { success: true, code: 200, data: { access_token: "tok", expires: 4_102_444_800_000 } } }
          : { body: { success: false, code: 40009, message: "wrong" } };
      if (query.get("access_token") !== "tok") return { body: { gw_err_resp: { err_code: 4203, err_msg: "expired" } } };
      const tradeOf = (order: StockOrder) => ({
        full_order_info: {
          order_info: {
            tid: order.id,
            status: {
              unpaid: "WAIT_BUYER_PAY",
              paid: "WAIT_SELLER_SEND_GOODS",
              closed: "TRADE_CLOSED",
              refunded: "TRADE_CLOSED",
            }[order.state],
            created: china(order.created),
            update_time: china(order.modified),
            pay_time: wasPaid(order) ? china(order.modified) : "",
          },
          pay_info: { payment: order.amount },
          buyer_info: { buyer_id: "#9007199254740993", buyer_phone: "13812345678" },
        },
      });
      if (path === "/api/youzan.trade.get/4.0.4") {
        const found = stock.orders.find(({ id }) => id === given.tid);
        return {
          body: exact(
            found === undefined
              ? { success: false, code: 106000002 }
              : { success: true, code: 200, data: tradeOf(found) },
          ),
        };
      }
      if (path !== "/api/youzan.trades.sold.get/4.0.4") return { status: 404, body: {} };
      stock.beforePage();
      const [from, to] = [fromChina(String(given.start_update)), fromChina(String(given.end_update))];
      const all = byTime(stock.orders).filter(({ modified }) => modified >= from && modified <= to);
      const [size, page] = [Number(given.page_size), Number(given.page_no)];
      const list = all.slice((page - 1) * size, page * size).map(tradeOf);
      return {
        body: exact({ success: true, code: 200, data: { full_order_info_list: list, total_results: all.length } }),
      };
    },
    (url) => openClient("youzan", { url, clientId: "c1", clientSecret: "s3", kdtId: "88" }),
  );

export const STOCKS = { woocommerce, shopify, taobao, youzan };
