import { describe, expect, it } from "vitest";
import { readWish } from "../../../../src/core/receipts/consent.ts";
import { addReceipt, type DeliveryState, effectOf, type ReceiptFacts } from "../../../../src/core/receipts/facts.ts";
import { NO_RECEIPT, type Receipt } from "../../../../src/core/seams/receipt.ts";

/** Repeatable. */
function random(seed: number) {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  return { next, pick };
}

const NOW = 1_000;
const STATES: readonly DeliveryState[] = ["accepted", "unknown", "failed-permanent", "failed-transient"];

function anyReceipt({ next, pick }: ReturnType<typeof random>): Receipt {
  const kind = pick(["sent", "delivered", "failed"] as const);
  return {
    ...NO_RECEIPT,
    kind,
    at: next(5),
    code: pick([null, "1", "2"]),
    definite: kind === "failed" && pick([true, false]),
    segments: pick([null, 1, 2, 3]),
    cost: pick([null, { micros: 1, currency: "CNY" }, { micros: 2, currency: "CNY" }, { micros: 2, currency: "USD" }]),
  };
}

describe("the receipts of a delivery", () => {
  it("say the same in any order, and doubled", () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const dice = random(seed);
      const receipts = Array.from({ length: 1 + dice.next(5) }, () => anyReceipt(dice));
      const sum = (list: readonly Receipt[]) =>
        list.reduce<ReceiptFacts>((facts, receipt) => addReceipt(facts, receipt, NOW), {});
      const shuffled = [...receipts, ...receipts].sort(() => dice.next(3) - 1);
      expect(sum(shuffled), `seed ${seed}`).toEqual(sum(receipts));
    }
  });

  it("leave the delivery in the same state in any order", () => {
    const end = (own: DeliveryState, receipts: readonly Receipt[]) => {
      let state = own;
      let facts: ReceiptFacts = {};
      for (const receipt of receipts) {
        facts = addReceipt(facts, receipt, NOW);
        const effect = effectOf(state, facts);
        if (effect === "sent") state = "accepted";
        if (effect === "failed") state = "failed-permanent";
      }
      return state;
    };
    for (let seed = 1; seed <= 2_000; seed++) {
      const dice = random(seed);
      const own = dice.pick(STATES);
      const receipts = Array.from({ length: 1 + dice.next(4) }, () => anyReceipt(dice));
      const shuffled = [...receipts, ...receipts].sort(() => dice.next(3) - 1);
      expect(end(own, shuffled), `seed ${seed}: ${own}`).toEqual(end(own, receipts));
    }
  });

  it("a message that arrived did not fail", () => {
    const facts = [
      { ...NO_RECEIPT, kind: "failed" as const, definite: true, at: 1 },
      { ...NO_RECEIPT, kind: "delivered" as const, at: 2 },
    ].reduce<ReceiptFacts>((sum, receipt) => addReceipt(sum, receipt, NOW), {});
    expect(effectOf("accepted", facts)).toBe("note");
    expect(effectOf("failed-permanent", facts)).toBe("sent");
    expect(effectOf("claimed", facts)).toBe("wait");
  });
});

it("every word of the contract and of the carriers opts out or in again", () => {
  const out = "STOP UNSUBSCRIBE CANCEL QUIT END BAJA R TD T 退订 拒收 STOPALL REVOKE OPTOUT".split(" ");
  const wishes = (words: readonly string[]) =>
    new Set(words.flatMap((word) => [word, word.toLowerCase()]).map(readWish));
  expect(wishes(out)).toEqual(new Set(["out"]));
  expect(wishes(["START", "ALTA", "恢复"])).toEqual(new Set(["in"]));
});

it("a word counts only alone", () => {
  expect(["stop", "Ｒ", "「退订」", "回复TD", "start", "恢复。", "t", "restart", "STOP STOP"].map(readWish)).toEqual([
    "out",
    "out",
    "out",
    null,
    "in",
    "in",
    "out",
    null,
    null,
  ]);
});
