/** Shared by the files of the part `capacity`. */
import type { Child } from "../harness/child.ts";
import type { Dunlin } from "../harness/dunlin.ts";
import type { Meter } from "../harness/meter.ts";
import type { Bench } from "../harness/servers.ts";

/** The cost of one. `diskBytes`: tables and indexes. */
export type UnitCost = {
  readonly nodeUs: number;
  readonly postgresUs: number;
  readonly walBytes: number;
  readonly diskBytes: number;
};

export type Costs = {
  readonly order: UnitCost;
  readonly payment: UnitCost;
  readonly message: UnitCost;
  /** Deleting the old data of an order, its events and 0.6 of a message. `diskBytes`: left of it for good. */
  readonly retention: UnitCost;
  /** Cores of an API and a worker with nothing to do, and of their PostgreSQL. */
  readonly idle: { readonly node: number; readonly postgres: number };
  /** `GET /v1/reports/recovery` over all of them, by campaign; CPU of node and PostgreSQL, ms. */
  readonly reportMs: number;
};

export type Parts = { readonly provider: Child; readonly api: Dunlin; readonly worker: Dunlin; readonly meter: Meter };

export async function diskBytes({ sql }: Bench): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`select pg_database_size(current_database())::float8 as bytes`;
  return row?.bytes ?? 0;
}
