/** The dice of a simulation, and the faults that they throw. Each seed has its own mix: some faults are frequent in it, and some never happen. */
import { drawsOf } from "../../lives.ts";

/** How likely each fault is when it has an occasion, in a seed that has it. */
const RATES = {
  "event lost on its way": 0.1,
  "event's answer lost": 0.1,
  "event doubled": 0.15,
  "event late": 0.1,
  "event out of order": 0,
  "clock of the shop wrong": 0.3,
  "transaction aborted": 0.04,
  "transaction slow": 0.08,
  "commit's answer lost": 0.05,
  "process paused in a transaction": 0.012,
  "transaction ended by the server": 0,
  "crash before commit": 0.015,
  "crash in commit": 0.01,
  "crash between commit and call": 0.09,
  "crash during call": 0.09,
  "crash between answer and record": 0.1,
  "all dispatchers down": 0.15,
  "process paused": 0.1,
  "process paused longer than a lease": 0.09,
  "clock of the database set back": 0.4,
  "clock of the database set forward": 0.4,
  "clock of the worker wrong": 0,
  "nudge lost": 0.1,
  "nudge doubled": 0.1,
  "nudge late": 0.1,
  "queue lost": 0.3,
  "campaigns outdated": 0,
  "send waits in the process": 0.1,
  "provider refuses": 0.12,
  "provider fails for now": 0.2,
  "provider down": 0.6,
  "request lost": 0.1,
  "answer lost after it was sent": 0.12,
  "answer later than the timeout": 0.12,
  "answer doubled": 0.1,
  "question not answered": 0.2,
  "receipt lost": 0.1,
  "receipt before the answer": 0.1,
  "receipt late": 0.1,
  "receipt doubled": 0.1,
  "receipt of a failure": 0.12,
  "buyer replies STOP": 0.12,
} as const;

export type Fault = keyof typeof RATES;
export const FAULTS = Object.keys(RATES) as readonly Fault[];

export type Dice = {
  readonly draw: () => number;
  chance(share: number): boolean;
  /** Both bounds are possible. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  /** Whether the fault happens now. It is counted. */
  hit(fault: Fault): boolean;
  /** Counts a fault that something else brought about. */
  note(fault: Fault): void;
  readonly counts: ReadonlyMap<Fault, number>;
  /** From now on no fault happens. */
  heal(): void;
};

export function diceOf(seed: number): Dice {
  const draw = drawsOf(Math.imul(seed, 0x9e3779b1));
  const strength = draw() * 2;
  const rates = new Map<Fault, number>();
  for (const fault of FAULTS) rates.set(fault, draw() < 0.25 ? 0 : RATES[fault] * strength * (0.5 + draw()));
  const counts = new Map<Fault, number>();
  let healed = false;
  const note = (fault: Fault): void => void counts.set(fault, (counts.get(fault) ?? 0) + 1);
  return {
    draw,
    counts,
    note,
    chance: (share) => draw() < share,
    int: (min, max) => min + Math.floor(draw() * (max - min + 1)),
    pick: (from) => from[Math.floor(draw() * from.length)] as (typeof from)[number],
    hit(fault) {
      const happens = draw() < (rates.get(fault) ?? 0) && !healed;
      if (happens) note(fault);
      return happens;
    },
    heal() {
      healed = true;
    },
  };
}
