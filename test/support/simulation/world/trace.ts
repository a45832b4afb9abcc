/** Notes what happens in a simulation, for the report of a failure, and to compare two runs of one seed. */
import { hash32 } from "../../../../src/core/values/hash.ts";

export type Trace = {
  note(buyer: string | null, text: string): void;
  /** The last lines about the buyer, and about everybody. */
  tail(buyer: string | null, lines: number): string[];
  hash(): string;
  readonly length: number;
};

/** Something that must never happen, happened. `invariant`: as listed in checks.ts. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: string;
  readonly buyer: string | null;
  constructor(invariant: string, buyer: string | null, message: string) {
    super(message);
    this.invariant = invariant;
    this.buyer = buyer;
  }
}

export function createTrace(now: () => number): Trace {
  const lines: { readonly at: number; readonly buyer: string | null; readonly text: string }[] = [];
  return {
    get length() {
      return lines.length;
    },
    note: (buyer, text) => void lines.push({ at: now(), buyer, text }),
    tail: (buyer, count) =>
      lines
        .filter((line) => buyer === null || line.buyer === buyer || line.buyer === null)
        .slice(-count)
        .map(({ at, buyer: whose, text }) => `${new Date(at).toISOString()} ${whose ?? "-"} ${text}`),
    hash() {
      let [a, b] = [0, 0];
      for (const { at, buyer, text } of lines) {
        a = hash32(`${a} ${at} ${buyer} ${text}`);
        b = hash32(`${text} ${at} ${b}`);
      }
      return a.toString(16).padStart(8, "0") + b.toString(16).padStart(8, "0");
    },
  };
}
