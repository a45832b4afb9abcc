import { describe, expect, it } from "vitest";
import { type AfterAnswer, type Asked, afterAnswer } from "../../../../src/core/receipts/lookup.ts";
import type { LookupAnswer } from "../../../../src/core/seams/lookup.ts";
import { NO_RECEIPT } from "../../../../src/core/seams/receipt.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";

const SENT = 1_000_000_000_000;
const REACH = 3 * DAY;
const fresh: Asked = { sentBy: SENT, asked: 0, absentAt: null, unanswered: 0 };
const found: LookupAnswer = { kind: "found", receipt: { ...NO_RECEIPT, messageId: "m" } };
const absent: LookupAnswer = { kind: "absent" };
const silent = (retryAfterMs: number | null = null): LookupAnswer => ({
  kind: "unanswered",
  code: "timeout",
  message: "…",
  retryAfterMs,
});

describe("an answer of the provider", () => {
  it.each<[string, Partial<Asked>, LookupAnswer, number, AfterAnswer]>([
    ["with the message ends it", {}, found, MINUTE, { kind: "found", receipt: found.receipt }],
    [
      "with the message ends it after an absence",
      { absentAt: SENT },
      found,
      HOUR,
      { kind: "found", receipt: found.receipt },
    ],
    ["with several leaves it unknown", {}, { kind: "several" }, HOUR, { kind: "unknown", why: "several" }],
    [
      "that matches nothing leaves it unknown",
      {},
      { kind: "indistinct" },
      HOUR,
      { kind: "unknown", why: "indistinct" },
    ],
    [
      "without it does not count too early",
      {},
      absent,
      2 * MINUTE,
      { kind: "again", at: SENT + 3 * MINUTE, asked: { ...fresh, asked: 1 } },
    ],
    [
      "without it counts once",
      { unanswered: 4 },
      absent,
      3 * MINUTE,
      { kind: "again", at: SENT + 8 * MINUTE, asked: { ...fresh, asked: 1, absentAt: SENT + 3 * MINUTE } },
    ],
    [
      "without it counts the second time after 5 minutes",
      { asked: 1, absentAt: SENT + 3 * MINUTE },
      absent,
      8 * MINUTE,
      { kind: "absent" },
    ],
    [
      "without it does not count again before that",
      { asked: 1, absentAt: SENT + 3 * MINUTE },
      absent,
      8 * MINUTE - 1,
      { kind: "again", at: SENT + 8 * MINUTE, asked: { ...fresh, asked: 2, absentAt: SENT + 3 * MINUTE } },
    ],
    [
      "without it says nothing once the provider no longer shows messages of that age",
      { asked: 1, absentAt: SENT + 3 * MINUTE },
      absent,
      REACH + 1,
      { kind: "unknown", why: "unanswered" },
    ],
  ])("%s", (_name, asked, answer, after, expected) => {
    expect(afterAnswer({ ...fresh, ...asked }, answer, SENT + after, REACH)).toEqual(expected);
  });
});

describe("without an answer", () => {
  it("it is asked again with doubling pauses, an hour at most", () => {
    let asked = { ...fresh, absentAt: SENT + 3 * MINUTE };
    let now = SENT + 4 * MINUTE;
    const pauses: number[] = [];
    for (let times = 0; times < 9; times++) {
      const after = afterAnswer(asked, silent(), now, REACH);
      if (after.kind !== "again") throw new Error(after.kind);
      pauses.push((after.at - now) / MINUTE);
      now = after.at;
      asked = { ...after.asked, absentAt: SENT + 3 * MINUTE };
      expect(after.asked).toMatchObject({ asked: 0, absentAt: SENT + 3 * MINUTE, unanswered: times + 1 });
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("the pause that the provider asks for is kept", () => {
    expect(afterAnswer(fresh, silent(2 * HOUR), SENT + HOUR, REACH)).toMatchObject({ at: SENT + 3 * HOUR });
    expect(afterAnswer(fresh, silent(SECOND), SENT + HOUR, REACH)).toMatchObject({ at: SENT + HOUR + MINUTE });
  });

  it("it stays unknown once the provider no longer shows messages of that age", () => {
    expect(afterAnswer({ ...fresh, unanswered: 20 }, silent(), SENT + REACH, REACH)).toEqual({
      kind: "unknown",
      why: "unanswered",
    });
  });
});

it("a message is given up as absent only after two answers 5 minutes apart, the first of them 3 minutes after it left", () => {
  let state = 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  let ended = 0;
  for (let run = 0; run < 3_000; run++) {
    let asked = fresh;
    let now = SENT + next(10) * MINUTE;
    const absences: number[] = [];
    for (;;) {
      const answer = next(3) === 0 ? silent(next(2) === 0 ? null : next(10) * MINUTE) : absent;
      if (answer.kind === "absent" && now >= SENT + 3 * MINUTE) absences.push(now);
      const after = afterAnswer(asked, answer, now, REACH);
      if (after.kind === "absent") {
        expect(answer.kind).toBe("absent");
        expect((absences.at(-1) ?? 0) - (absences[0] ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE);
        expect(absences[0]).toBeGreaterThanOrEqual(SENT + 3 * MINUTE);
        ended++;
        break;
      }
      if (after.kind !== "again") break;
      expect(after.at).toBeGreaterThan(now);
      asked = after.asked;
      // Workers are late, or the lease of another one ran out.
      now = after.at + next(3) * next(200) * SECOND;
    }
  }
  expect(ended).toBeGreaterThan(2_900);
});
