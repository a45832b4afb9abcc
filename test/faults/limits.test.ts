/** Limits and fair shares that several real processes keep together: the rate of a channel, the cap of an address, and the turn of a small shop. */
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import type { Queue } from "../support/service/redis.ts";
import { PROVIDER_SECRET, type Rig, rig } from "../support/service/rig.ts";
import { created, orders, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "dispatch,upkeep"];
const RATE = 60;
const CAP = 3;
const SHOPS = Array.from({ length: 12 }, (_, n) => `many${n}`);
const SHARED = "+8613911112222";

const ofShop = <T extends { readonly shop: string }>(events: readonly T[], shop: string) =>
  events.map((event) => ({ ...event, shop }));

async function configure({ provider, write }: Rig, sms: string): Promise<void> {
  const shops = ["acme", "large", "small", ...SHOPS].map(
    (name) => `  ${name}: { timeZone: UTC, locale: en, currency: CNY, closeAfter: 24h, quietHours: off }\n`,
  );
  const channel = (name: string, more: string) =>
    `  ${name}: { provider: webhook, url: "${provider.url(name)}", secret: "${PROVIDER_SECRET}"${more} }\n`;
  await write("dunlin.yaml", `shops:\n${shops.join("")}channels:\n${channel("sms", sms)}${channel("chat", "")}`);
}

/** The most of these times that lie within any second. */
function fullestSecond(times: readonly number[]): number {
  const sorted = times.toSorted((one, two) => one - two);
  return Math.max(...sorted.map((from) => sorted.filter((at) => at >= from && at < from + 1_000).length));
}

describe("three processes", () => {
  it.each<Queue>(["postgres", "redis"])(
    "keep the rate of a channel and the cap of an address together, on %s",
    async (queue) => {
      const context = { onTestFinished };
      const service = await rig(context, { queue });
      await configure(service, `, ratePerSecond: ${RATE}, caps: { perAddress: ${CAP}, per: 24h }`);
      const api = await service.up(["api"]);
      await Promise.all([WORKER, WORKER, WORKER].map((args) => service.up(args)));
      const dueAt = Date.now() + 3_000;
      const shared = SHOPS.map((shop) => {
        const event = created(`${shop}-order`, dueAt - 10_000);
        return { ...event, shop, order: { ...event.order, buyer: { id: "b", phone: SHARED } } };
      });
      await postAll(api.url, [...orders(5 * RATE, "o", dueAt), ...shared]);
      const end = await eventually("all is over", () => ledger(service.sql), isOver);
      const { log } = service.provider;
      expect(log.filter(({ to }) => to === SHARED)).toHaveLength(CAP);
      expect(end.reminders).toMatchObject({ sent: 5 * RATE + CAP, "skipped:cap": SHOPS.length - CAP });
      const times = log.map(({ mono }) => mono);
      console.log(`${queue}: at most ${fullestSecond(times)} of ${RATE} messages in any second`);
      // The slots are 1/rate apart; requests that were written a little late may share a second with those behind them.
      expect(fullestSecond(times)).toBeLessThanOrEqual(1.15 * RATE);
      expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(4_500);
      expect((await audit(service)).faults).toEqual(NO_FAULTS);
    },
  );

  it("give a small shop its turn beside the backlog of a large one", async (context) => {
    const service = await rig(context, { queue: "redis" });
    await configure(service, "");
    const api = await service.up(["api"]);
    const dueAt = Date.now() + 6_000;
    await postAll(api.url, ofShop(orders(6_000, "l", dueAt), "large"));
    // The small shop's are due after all of these.
    await postAll(api.url, ofShop(orders(30, "s", dueAt + 500), "small"));
    await eventually(
      "all are due",
      async () => Date.now(),
      (now) => now > dueAt + 600,
    );
    await Promise.all([WORKER, WORKER, WORKER].map((args) => service.up(args)));
    await eventually("all is over", () => ledger(service.sql), isOver);
    const { log } = service.provider;
    const places = log.flatMap(({ orders: [id] }, place) => (id?.startsWith("s") ? [place] : []));
    console.log(`the small shop's last message was number ${Math.max(...places) + 1} of ${log.length}`);
    expect(places).toHaveLength(30);
    expect(Math.max(...places)).toBeLessThan(log.length / 2);
    expect((await audit(service)).faults).toEqual(NO_FAULTS);
  });
});
