/** How many calls a verification takes of each platform, and what counts when a slow one cannot answer for all sends in time. */
import { expect, it, onTestFinished } from "vitest";
import { createVerifier } from "../../../src/dispatch/verify/verifier.ts";
import { STOCKS, type Stock } from "../../support/platforms/stock.ts";

const NOW = Date.parse("2026-11-10T12:00:00Z");
const COUNT = 30;
const MS_A_CALL = 150;
/** Less than three calls in a row take, so that of eight lanes at most 24 calls begin. */
const LIMIT_MS = 400;
const ids = Array.from({ length: COUNT }, (_, n) => String(9007199254740993n + BigInt(n) * 2n));

async function setUp(make: () => Promise<Stock>, timeoutMs: number, onError: "send" | "skip" = "skip") {
  const stock = await make();
  onTestFinished(() => stock.client.close());
  stock.platform.date = new Date(NOW);
  for (const id of ids)
    stock.orders.push({ id, state: "unpaid", amount: "129.00", created: NOW - 60_000, modified: NOW - 60_000 });
  const counts: Record<string, number> = {};
  const stored: unknown[] = [];
  const verify = createVerifier({
    termsOf: () => ({ client: stock.client, timeoutMs, onError }),
    submit: async (events) => void stored.push(...events),
    now: () => NOW,
    log: { warn() {} },
    seen: (result) => {
      counts[result] = (counts[result] ?? 0) + 1;
    },
  });
  return { stock, counts, stored, verify };
}

const slowly: NonNullable<Stock["platform"]["mischief"]> = (response, good) =>
  void setTimeout(() => response.writeHead(200).end(good), MS_A_CALL);

it.each([
  ["woocommerce", 1],
  ["shopify", 1],
  ["taobao", COUNT],
  // With the one for its token.
  ["youzan", COUNT + 1],
] as const)("%s: 30 sends at the same time take %d calls", async (name, calls) => {
  const { stock, counts, verify } = await setUp(STOCKS[name], 10_000);
  await Promise.all(ids.map((id) => verify("acme", [id])));
  expect([stock.platform.requests.length, counts]).toEqual([calls, { owed: COUNT }]);
});

it.each(["taobao", "youzan"] as const)(
  "%s at 150 ms a call answers for 30 sends within the default time",
  async (name) => {
    const { stock, counts, verify } = await setUp(STOCKS[name], 2_000);
    stock.platform.mischief = slowly;
    await Promise.all(ids.map((id) => verify("acme", [id])));
    expect(counts).toEqual({ owed: COUNT });
  },
);

it.each([
  ["taobao", "skip", "unverified"],
  ["youzan", "send", "sent_unverified"],
] as const)(
  "%s too slow for all: what it answered in time counts, and %s decides on the rest",
  async (name, onError, rest) => {
    const { stock, counts, verify } = await setUp(STOCKS[name], LIMIT_MS, onError);
    stock.platform.mischief = slowly;
    const answers = await Promise.all(ids.map((id) => verify("acme", [id])));
    const [owed = 0, others = 0] = [counts.owed, counts[rest]];
    expect(owed).toBeGreaterThanOrEqual(8);
    expect(others).toBeGreaterThan(0);
    expect(owed + others).toBe(COUNT);
    expect(answers.filter(({ kind }) => kind === "owed")).toHaveLength(onError === "send" ? COUNT : owed);
    // Nobody waits for the others any more: beyond those that were on their way, none is asked for.
    await new Promise((resolve) => setTimeout(resolve, 2 * MS_A_CALL));
    expect(stock.platform.requests.length).toBeLessThan(COUNT);
  },
);

it("that answers for one of two orders stores the payment, and it cancels the send", async () => {
  const { stock, counts, stored, verify } = await setUp(STOCKS.taobao, 500);
  stock.orders.push({ id: "77", state: "paid", amount: "1.00", created: NOW, modified: NOW });
  stock.platform.mischief = (response, good) => {
    if (good.includes("WAIT_SELLER_SEND_GOODS")) response.end(good);
  };
  expect(await verify("acme", ["77", ids[0] ?? ""])).toEqual({ kind: "over", reason: "paid" });
  expect([counts, stored.length > 0]).toEqual([{ over: 1 }, true]);
});
