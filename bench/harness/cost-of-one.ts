/** The cost of one order or message, from the totals of rounds. */
import { median } from "./measure.ts";
import type { Spent } from "./meter.ts";
import { round } from "./table.ts";

export type CostOfOne = {
  readonly nodeUs: number;
  readonly postgresUs: number;
  readonly walBytes: number;
  readonly walRecords: number;
  readonly updates: number;
  /** The part of the updates that touched no index. */
  readonly hotShare: number;
  /** How many tables were analysed during all rounds. */
  readonly analyses: number;
};

/** The median of the rounds, each of so many. */
export function costOfOne(rounds: readonly Spent[], count: number): CostOfOne {
  const each = (of: (spent: Spent) => number) => median(rounds.map(of)) / count;
  return {
    nodeUs: each(({ nodeMs }) => nodeMs * 1_000),
    postgresUs: each(({ postgresMs }) => postgresMs * 1_000),
    walBytes: each(({ walBytes }) => walBytes),
    walRecords: each(({ walRecords }) => walRecords),
    updates: each(({ updates }) => updates),
    hotShare: median(rounds.map(({ updates, hotUpdates }) => (updates === 0 ? 1 : hotUpdates / updates))),
    analyses: rounds.reduce((sum, { analyses }) => sum + analyses, 0),
  };
}

export const costAsJson = ({ nodeUs, postgresUs, walBytes, walRecords, updates, hotShare }: CostOfOne) => ({
  nodeUs: round(nodeUs),
  postgresUs: round(postgresUs),
  walBytes: round(walBytes),
  walRecords: round(walRecords, 1),
  updates: round(updates, 2),
  hotShare: round(hotShare, 2),
});

export const describeCost = (cost: CostOfOne): string => {
  const { nodeUs, postgresUs, walBytes, walRecords, updates, hotShare, analyses } = cost;
  const hot = updates === 0 ? "" : ` (${(100 * hotShare).toFixed(0)} % HOT)`;
  return (
    `node ${nodeUs.toFixed(0)} µs, PostgreSQL ${postgresUs.toFixed(0)} µs, WAL ${(walBytes / 1_000).toFixed(2)} kB in ` +
    `${walRecords.toFixed(1)} records, ${updates.toFixed(2)} updates${hot}, ${analyses} ANALYZE`
  );
};
