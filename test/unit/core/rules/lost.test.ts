/** Rule 14: the store lost what was committed last. */
import { describe, expect, it } from "vitest";
import { advance } from "../../../../src/core/rules/buyer.ts";
import type { BuyerPolicy } from "../../../../src/core/rules/buyer-state.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import { afterCreated, buyerOf, campaignOf, orderEvent, T0 } from "../../../support/rules.ts";

const steps = [afterCreated("first", 10 * MINUTE), afterCreated("second", 40 * MINUTE)];
const created = orderEvent("e1", "order.created", T0, {
  ...{ amount: "10.00", currency: "CNY", createdAt: T0, closesAt: T0 + 20 * HOUR },
});

/** Planned at T0; then nobody decides anything until `wokenAt`. */
function woken(wokenAt: number, lostUntil: number, change = {}) {
  const campaigns = [campaignOf({ steps, ...change })];
  const buyer = buyerOf({ campaigns, lostUntil }).receive(T0, created);
  const policy: BuyerPolicy = { campaigns, channels: new Map([["sms", ["phone"]]]), newId: () => "c9", lostUntil };
  const now = advance(buyer.state, policy, wokenAt);
  return { now: now.map(({ step, kind, reason }) => `${step} ${reason ?? kind}`), later: buyer.run().rows() };
}

describe("a send that was due before the loss", () => {
  it("is not sent, and the next one is", () => {
    expect(woken(T0 + 13 * MINUTE, T0 + 12 * MINUTE)).toEqual({
      now: ["first unknown_outcome"],
      later: ["40 sms second o1"],
    });
  });

  it("is sent if it was due after it", () => {
    expect(woken(T0 + 13 * MINUTE, T0 + 9 * MINUTE).now).toEqual(["first send"]);
  });

  it("is of unknown outcome also where it is stale by now, or quiet hours would move it", () => {
    expect(woken(T0 + 9 * HOUR, T0 + 9 * HOUR).now).toEqual(["first unknown_outcome"]);
    const quietHours = { from: 20 * HOUR + 12 * MINUTE, to: 21 * HOUR };
    expect(woken(T0 + 13 * MINUTE, T0 + 12 * MINUTE, { quietHours }).now).toEqual(["first unknown_outcome"]);
  });

  it("stays a holdout's, whom nobody was sent anything", () => {
    expect(woken(T0 + 13 * MINUTE, T0 + 12 * MINUTE, { holdout: 1 }).now).toEqual(["first holdout"]);
  });

  it("counts as a send: the same step is not sent again to the buyer", () => {
    const { later } = woken(T0 + 13 * MINUTE, T0 + 12 * MINUTE, { limits: { max: 1, per: 24 * HOUR, gap: 0 } });
    expect(later).toEqual(["40 cap second o1"]);
  });
});
