import { expect, it } from "vitest";
import { listenForInterrupt } from "../../../src/demo/screen/interrupt.ts";

/** Exit codes after each of the signals, which arrive at their ms. */
function after(...signals: readonly (readonly [at: number, signal: string])[]) {
  const listeners = new Map<string, () => void>();
  const exits: number[] = [];
  let at = 0;
  const interrupt = listenForInterrupt({
    on: (signal, run) => void listeners.set(signal, run),
    exit: (code) => void exits.push(code),
    now: () => at,
  });
  for (const [ms, signal] of signals) {
    at = ms;
    listeners.get(signal)?.();
  }
  return { exits, happened: interrupt.happened };
}

it("ends in order at the first signal, and at once at a second Ctrl-C", () => {
  expect(after()).toEqual({ exits: [], happened: false });
  expect(after([0, "SIGINT"])).toEqual({ exits: [], happened: true });
  expect(after([0, "SIGINT"], [1_500, "SIGINT"])).toEqual({ exits: [130], happened: true });
  expect(after([0, "SIGTERM"], [1_500, "SIGINT"]).exits).toEqual([130]);
});

it("takes the same Ctrl-C, which npm passes on, for one", () => {
  expect(after([0, "SIGINT"], [4, "SIGINT"]).exits).toEqual([]);
});

it("never takes a closed terminal for haste, however often and late it is reported", () => {
  expect(after([0, "SIGHUP"], [3, "SIGHUP"], [5_000, "SIGHUP"]).exits).toEqual([]);
  expect(after([0, "SIGINT"], [5_000, "SIGHUP"]).exits).toEqual([]);
});
