import { expect, it } from "vitest";
import { progressBar } from "../../../src/cli/progress-bar.ts";

function drawn(isTTY: boolean | undefined) {
  let at = 0;
  let text = "";
  const terminal = { ...(isTTY === undefined ? {} : { isTTY }), write: (piece: string) => (text += piece) };
  const bar = progressBar(terminal, () => at);
  return {
    tick: (ms: number, share: number) => {
      at = ms;
      bar.tick(share);
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
  const half = `\r\u001b[K[${"#".repeat(15)}${".".repeat(15)}] 50%`;
  expect(bar.tick(500, 0.5)).toBe(half);
  expect(bar.tick(599, 0.9)).toBe(half);
  const whole = `${half}\r\u001b[K[${"#".repeat(30)}] 100%`;
  expect(bar.tick(600, 1)).toBe(whole);
  expect(bar.end()).toBe(`${whole}\r\u001b[K`);
});

it("moves within each percent, by the counts beside it", () => {
  let at = 0;
  let text = "";
  const bar = progressBar({ isTTY: true, write: (piece) => (text += piece) }, () => at);
  at = 500;
  bar.tick(0.001, "1,000 accepted");
  at = 600;
  bar.tick(0.002, "2,000 accepted");
  expect(text.split("\r\u001b[K").slice(1)).toEqual([
    `[${".".repeat(30)}] 0% 1,000 accepted`,
    `[${".".repeat(30)}] 0% 2,000 accepted`,
  ]);
});

it("writes nothing elsewhere, nor for work that ends at once", () => {
  for (const isTTY of [false, undefined]) {
    const bar = drawn(isTTY);
    expect(bar.tick(10_000, 0.5) + bar.end()).toBe("");
  }
  expect(drawn(true).end()).toBe("");
});
