/** The work of one process of the simulation, and its result. */
import type { Broken } from "./run.ts";

export type Share = {
  readonly from: number;
  readonly to: number;
  /** It takes the seeds that lie so far apart. */
  readonly step: number;
  readonly hours: number;
  /** It ends after so many seeds that broke an invariant. */
  readonly untilBroken: number;
};

export type ShareResult = {
  readonly seeds: number;
  readonly faults: readonly (readonly [fault: string, count: number])[];
  readonly broken: readonly Broken[];
  readonly cpuMs: number;
};
