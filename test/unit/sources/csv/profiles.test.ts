/** The exports of shop systems as they come, with made-up people. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wordOf } from "../../../../src/sources/csv/states.ts";
import { eventsOf, orderOf, readTable } from "../../../support/csv.ts";

const file = (name: string) => readFileSync(new URL(`exports/${name}`, import.meta.url));
const states = (orders: Awaited<ReturnType<typeof readTable>>["orders"]) => orders.map(({ state }) => state);

it("reads an export of Taobao: GB18030, blanks in headings, ids and phones protected from Excel, masked names of buyers", async () => {
  const { orders, rejected, profile, encoding, unused } = await readTable(file("taobao.csv"));
  expect([profile, encoding, rejected]).toEqual(["taobao", "gb18030", []]);
  expect(unused).toEqual(["买家支付宝账号", "收货地址", "店铺名称", "卖家服务费"]);
  const [unpaid, paid, closed, refunded] = orders;
  if (!unpaid || !paid || !closed || !refunded) throw new Error("an order is missing");
  expect(states(orders)).toEqual(["unpaid", "paid", "closed", "refunded"]);
  expect(orderOf(unpaid)).toMatchObject({
    id: "351531314732935796",
    amount: "88.80",
    currency: "CNY",
    createdAt: "2026-11-28T13:06:21+00:00",
    buyer: { id: null, phone: "13900008002", name: "张三", country: "CN" },
    items: [{ title: "【包邮】杯子", quantity: 1 }],
  });
  expect(eventsOf(unpaid)).toEqual([
    "order.created 2026-11-28T13:06:21+00:00",
    "order.updated 2026-11-29T16:00:00+00:00",
  ]);
  expect(eventsOf(paid)).toEqual(["order.created 2026-11-28T14:29:59+00:00", "order.paid 2026-11-28T14:32:46+00:00"]);
  // Nobody says when it was closed: the shop closes orders after 24 hours.
  expect(eventsOf(closed)).toEqual([
    "order.created 2026-11-28T12:00:00+00:00",
    "order.closed 2026-11-29T12:00:00+00:00",
  ]);
  // The same status after a payment.
  expect(eventsOf(refunded)).toEqual([
    "order.created 2026-11-28T12:00:00+00:00",
    "order.paid 2026-11-28T12:05:00+00:00",
    "order.refunded 2026-11-29T16:00:00+00:00",
  ]);
  // Its phone is masked as well: the order counts, and each such order has a buyer of its own.
  expect(orderOf(refunded)).toMatchObject({ buyer: { id: "order-351531314732935799" } });
});

it("reads an export of Shopify: a row an item, texts of several lines, an offset in the times", async () => {
  const { orders, rejected, profile } = await readTable(file("shopify.csv"));
  expect(profile).toBe("shopify");
  expect(orders.map(({ row, state }) => [row, state])).toEqual([
    [2, "unpaid"],
    [4, "pending"],
    [5, "paid"],
    [7, "closed"],
    [8, "unpaid"],
    [9, "unpaid"],
  ]);
  const [two, transfer, paid, cancelled, partly, cod] = orders;
  if (!two || !transfer || !paid || !cancelled || !partly || !cod) throw new Error("an order is missing");
  expect(orderOf(two)).toMatchObject({
    id: "16718484078961",
    number: "#1001",
    amount: "150.00",
    currency: "USD",
    createdAt: "2026-11-28T17:06:21+00:00",
    buyer: { phone: ["+14155550101", "(415) 555-0101"], country: "US" },
    items: [
      { title: "Mug", quantity: 1, price: "50.00" },
      { title: "Pen, blue", quantity: 2, price: "50.00" },
    ],
    tags: ["VIP", "Flash-Sale"],
    shipped: false,
  });
  expect(orderOf(transfer)).toMatchObject({ paymentMethod: "Bank Deposit", pendingConfirmation: true });
  expect(eventsOf(cancelled)).toEqual([
    "order.created 2026-11-28T17:42:00+00:00",
    "order.closed 2026-11-28T18:00:00+00:00",
  ]);
  // The rest is owed.
  expect(orderOf(partly)).toMatchObject({ amount: "15.00" });
  expect(orderOf(cod)).toMatchObject({ paymentMethod: "cod" });
  expect(rejected).toEqual([
    expect.objectContaining({ row: 6, code: "invalid_event", message: expect.stringContaining("rounded") }),
  ]);
});

it("reads an export of 1688: the cells of the order stand in its first row alone", async () => {
  const { orders, rejected, profile } = await readTable(
    [
      "订单编号,买家会员名,实付款(元),订单状态,订单创建时间,订单付款时间,收货人姓名,联系电话,联系手机,货品标题,单价(元),数量,货号",
      '"\t4321000000000000001",wang88,"1,234.50",等待买家付款,2016/5/23 22:02,,王五,,13800007777,杯子,100.00,10,A1',
      ",,,,,,,,,盘子,23.45,10,A2",
      "4321000000000000019,li99,8.00,等待卖家发货,2016-05-23 22:05:00,2016-05-23 22:06:00,李四,,13800007778,勺子,8.00,1,A3",
    ].join("\r\n"),
  );
  expect([profile, rejected]).toEqual(["1688", []]);
  expect(states(orders)).toEqual(["unpaid", "paid"]);
  expect(orders.map(orderOf)).toMatchObject([
    {
      id: "4321000000000000001",
      amount: "1234.50",
      createdAt: "2016-05-23T14:02:00+00:00",
      buyer: { id: "wang88" },
      items: [
        { sku: "A1", title: "杯子", quantity: 10, price: "100.00" },
        { sku: "A2", title: "盘子", quantity: 10, price: "23.45" },
      ],
    },
    { id: "4321000000000000019" },
  ]);
});

it("reads the time of creation in Youzan's ids, and takes the phone of the buyer before that of the receiver", async () => {
  const { orders, profile } = await readTable(
    "\ufeff订单号,订单状态,买家付款时间,订单实付金额,全部商品名称,收货人/提货人,收货人手机号/提货人手机号,买家手机号\nE20261128210621000000001,待付款,,199,茶叶,王五,13800007777,13900007771\n",
  );
  expect(profile).toBe("youzan");
  expect(orders.map(orderOf)).toMatchObject([
    { createdAt: "2026-11-28T13:06:21+00:00", buyer: { phone: ["13900007771", "13800007777"] } },
  ]);
});

describe("WooCommerce", () => {
  const HEAD = "order_id;order_number;date;status;order_total;currency;payment_method;billing_phone;billing_country";
  const rows = (...lines: string[]) => `\ufeff${[HEAD, ...lines].join("\r\n")}`;

  it("reads semicolons, decimal commas, wc- and translated words, and the shop's clock", async () => {
    const { orders, rejected, profile } = await readTable(
      rows(
        "17;1017;2026-11-28 20:00:00;wc-pending;1.234,50;EUR;stripe;+4915112345678;DE",
        "18;1018;28.11.2026 20:00;Zahlung ausstehend;12,50 €;EUR;paypal;+4915112345679;DE",
        "19;1019;2026-11-28 20:00:00;on-hold;20;EUR;bacs;+4915112345670;DE",
        "20;1020;2026-11-28 20:00:00;processing;20;EUR;cod;+4915112345671;DE",
        "21;1021;2026-11-28 20:00:00;completed;20;EUR;stripe;+4915112345672;DE",
        "22;1022;2026-11-28 20:00:00;checkout-draft;20;EUR;stripe;+4915112345673;DE",
        "23;1023;2026-11-28 20:00:00;In Klärung;20;EUR;stripe;+4915112345674;DE",
      ),
    );
    expect(profile).toBe("woocommerce");
    expect(orders.map(({ status, state }) => [status, state])).toEqual([
      ["wc-pending", "unpaid"],
      ["Zahlung ausstehend", "unpaid"],
      ["on-hold", "pending"],
      // Cash on delivery is processed unpaid, and never chased.
      ["processing", "unpaid"],
      ["completed", "paid"],
      ["checkout-draft", "ignored"],
    ]);
    expect(orders.slice(0, 4).map(orderOf)).toMatchObject([
      { id: "17", number: "1017", amount: "1234.50", createdAt: "2026-11-28T12:00:00+00:00" },
      { amount: "12.50", createdAt: "2026-11-28T12:00:00+00:00" },
      { pendingConfirmation: true },
      { paymentMethod: "cod" },
    ]);
    expect(orders.map(({ events }) => events.length)).toEqual([2, 2, 2, 2, 2, 0]);
    // Without a time the payment counts from the order on: no reminder gets the credit.
    expect(orders[4] && eventsOf(orders[4])[1]).toBe("order.paid 2026-11-28T12:00:00+00:00");
    expect(rejected).toEqual([
      expect.objectContaining({
        row: 8,
        code: "unknown_status",
        message: "status is a word that is not known: say what it means with --status WORD=STATE",
      }),
    ]);
  });

  it("takes the words that the request explains", async () => {
    const { orders, rejected } = await readTable(
      rows("23;1023;2026-11-28 20:00:00;In  Klärung;20;EUR;stripe;+4915112345674;DE"),
      { statuses: new Map([[wordOf("in klärung"), "unpaid"]]) },
    );
    expect([states(orders), rejected]).toEqual([["unpaid"], []]);
  });
});

describe("a table of no known system", () => {
  const TABLE =
    "Order\tWhen\tSum\tPaid on\tMobile\n7\t2026-11-28 20:00:00\t12.50\t\t13900008002\n8\t2026-11-28 20:00:00\t12.50\t2026-11-28 20:01:00\t13900008003\n";
  const map = new Map([
    ["id", "Order"],
    ["createdAt", "when"],
    ["amount", "Sum"],
    ["paidAt", "Paid on"],
    ["buyer.phone", "Mobile"],
  ] as const);

  it("is refused with its columns and what to do", async () => {
    const { message } = await readTable(TABLE);
    expect(message).toBe(
      "no profile fits its columns (Order, When, Sum, Paid on, Mobile): name those of the order, like --map id=COLUMN --map status=COLUMN --map amount=COLUMN --map createdAt=COLUMN --map buyer.phone=COLUMN",
    );
  });

  it("is read by a map; without a status the time of payment says it", async () => {
    const { orders, profile, rejected } = await readTable(TABLE, { map });
    expect([profile, states(orders), rejected]).toEqual(["plain", ["unpaid", "paid"], []]);
    expect(orders.map(orderOf)).toMatchObject([{ id: "7", amount: "12.50", currency: "CNY" }, { id: "8" }]);
  });

  it.each<[string, ReadonlyMap<never, string>, RegExp]>([
    [
      "an unknown column",
      new Map([...map, ["buyer.name", "Nmae"]]) as never,
      /^--map buyer\.name: there is no column Nmae/,
    ],
    [
      "no status",
      new Map([...map].filter(([field]) => field !== "paidAt")) as never,
      /what is paid.*--map status=COLUMN/,
    ],
    [
      "no amount",
      new Map([...map].filter(([field]) => field !== "amount")) as never,
      /no column for amount.*--map amount=/,
    ],
  ])("is refused with %s", async (_, wrong, message) => {
    expect((await readTable(TABLE, { map: wrong })).message).toMatch(message);
  });

  it("may have the names of the fields as headings, and the shop in a column", async () => {
    const head = "id,status,amount,currency,createdAt,buyer.phone,shop\n";
    const row = (id: string, shop: string) => `${id},unpaid,5,CNY,2026-11-28T20:00:00+08:00,13900008002,${shop}\n`;
    const { orders, rejected, profile } = await readTable(`${head}${row("1", "acme")}${row("2", "none")}`, {
      shop: null,
    });
    expect([profile, orders.length]).toEqual(["plain", 1]);
    expect(rejected).toEqual([expect.objectContaining({ row: 3, code: "unknown_shop" })]);
    expect(
      (
        await readTable(`${head.replace(",shop", "")}1,unpaid,5,CNY,2026-11-28T20:00:00+08:00,13900008002\n`, {
          shop: null,
        })
      ).message,
    ).toBe("does not say of which shop it is: name the shop with --shop");
  });
});

it("gives the same ids for the same file, and a new update alone for a later export with another amount", async () => {
  const table = (amount: string) =>
    `id,status,amount,createdAt,buyer.phone\n7,unpaid,${amount},2026-11-28 20:00:00,13900008002\n`;
  const ids = async (amount: string, exportedAt: number) =>
    (await readTable(table(amount), { exportedAt })).orders.flatMap(({ events }) =>
      events.map((event) => String(Reflect.get(event, "id"))),
    );
  const [created, updated] = await ids("5.00", 1_796_000_000_000);
  expect(await ids("5.00", 1_797_000_000_000)).toEqual([created, updated]);
  const [again, changed] = await ids("4.00", 1_797_000_000_000);
  expect([again, changed === updated]).toEqual([created, false]);
});
