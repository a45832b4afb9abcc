import { expect, it } from "vitest";
import { progressBar } from "../../../src/cli/progress-bar.ts";

const CLEAR_LINE = "\r\u001b[K";

function drawn(isTTY: boolean | undefined) {
  let at = 0;
  let text = "";
  let move = () => {};
  const terminal = { ...(isTTY === undefined ? {} : { isTTY }), write: (piece: string) => (text += piece) };
  const bar = progressBar(terminal, {
    now: () => at,
    every(run) {
      move = run;
      return () => {
        move = () => {};
      };
    },
  });
  return {
    tick: (ms: number, share: number | null, counts?: string) => {
      at = ms;
      bar.tick(share, counts);
      return text;
    },
    /** The timer fires. */
    move: (ms: number) => {
      at = ms;
      move();
      return text;
    },
    end: () => {
      bar.end();
      return text;
    },
  };
}

it("is redrawn in one line of a terminal, and removed at the end", () => {
  const bar = drawn(true);
  expect(bar.tick(499, 0.4)).toBe("");
  const half = `${CLEAR_LINE}[${"#".repeat(15)}${".".repeat(15)}] 50% 0 s`;
  expect(bar.tick(500, 0.5)).toBe(half);
  expect(bar.tick(599, 0.9)).toBe(half);
  const whole = `${half}${CLEAR_LINE}[${"#".repeat(30)}] 100% 0 s`;
  expect(bar.tick(600, 1)).toBe(whole);
  expect(bar.end()).toBe(`${whole}${CLEAR_LINE}`);
  expect(bar.move(9_000)).toBe(`${whole}${CLEAR_LINE}`);
});

it("moves while one step of the work takes long, and within each percent by the counts beside it", () => {
  const bar = drawn(true);
  bar.tick(100, 0.001, "1,000 accepted");
  bar.move(1_100);
  bar.tick(1_700, 0.002, "2,000 accepted");
  const text = bar.move(2_100);
  expect(text.split(CLEAR_LINE).slice(1)).toEqual([
    `[${".".repeat(30)}] 0% 1,000 accepted 1 s`,
    `[${".".repeat(30)}] 0% 2,000 accepted 1 s`,
    `[${".".repeat(30)}] 0% 2,000 accepted 2 s`,
  ]);
});

it("shows only the counts while nobody knows how much there is", () => {
  expect(drawn(true).tick(1_500, null, "1,000 accepted")).toBe(`${CLEAR_LINE}1,000 accepted 1 s`);
});

it("writes nothing elsewhere, nor for work that ends at once", () => {
  for (const isTTY of [false, undefined]) {
    const bar = drawn(isTTY);
    expect(bar.tick(10_000, 0.5) + bar.end()).toBe("");
  }
  expect(drawn(true).end()).toBe("");
});
