/** A part of the benchmark, as it describes itself. `../parts/all.ts` lists all. */
import type { Backend, Bench } from "./servers.ts";
import type { Line } from "./table.ts";

/** Methods, so that parts with different results fit in one list. A part is handed only what its own `run` returned. */
export type Part<Result = unknown> = {
  /** For `--only`, and the key of its result in the object of the public contract. */
  readonly name: string;
  /** Runs without `--only`. */
  readonly usual?: true;
  run(bench: Bench): Promise<Result>;
  lines(result: Result, backend: Backend): readonly Line[];
  /** Its result in the object of the public contract; absent: the result as it is. */
  json?(result: Result): unknown;
};
