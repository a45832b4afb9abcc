/** How many calls a verification takes of each platform, and what counts when a slow one cannot answer for all sends in time. */
import { expect, it, onTestFinished } from "vitest";
import { createVerifier } from "../../../src/dispatch/verify/verifier.ts";
import { STOCKS, type Stock } from "../../support/platforms/stock.ts";

const NOW = Date.parse("2026-11-10T12:00:00Z");
const COUNT = 30;
const MS_A_CALL = 150;
/** How many calls of one process a platform gets side by side. */
const LANES = 8;
const ANSWERED = 12;
/** Enough for the calls that are answered, on a busy machine too. */
const LIMIT_MS = 1_500;
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
  "%s is asked by so many calls side by side that 30 sends take a third of the default time at 150 ms a call",
  async (name) => {
    const { stock, counts, verify } = await setUp(STOCKS[name], 10_000);
    let [now, most] = [0, 0];
    stock.platform.mischief = (response, good) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.writeHead(200).end(good);
      }, MS_A_CALL);
    };
    await Promise.all(ids.map((id) => verify("acme", [id])));
    expect([counts, most]).toEqual([{ owed: COUNT }, LANES]);
  },
);

it.each([
  ["taobao", "skip", "unverified"],
  ["youzan", "send", "sent_unverified"],
] as const)(
  "%s too slow for all: what it answered in time counts, and %s decides on the rest",
  async (name, onError, rest) => {
    const { stock, counts, verify } = await setUp(STOCKS[name], LIMIT_MS, onError);
    // Answers some at once, and the others never.
    let left = ANSWERED + (name === "youzan" ? 1 : 0);
    stock.platform.mischief = (response, good) => void (left-- > 0 && response.writeHead(200).end(good));
    const answers = await Promise.all(ids.map((id) => verify("acme", [id])));
    expect(counts).toEqual({ owed: ANSWERED, [rest]: COUNT - ANSWERED });
    expect(answers.filter(({ kind }) => kind === "owed")).toHaveLength(onError === "send" ? COUNT : ANSWERED);
    // Nobody waits for the others any more: they are not asked for.
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
