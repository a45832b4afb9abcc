/** Rehearsals: the campaigns over stored orders, on a simulated clock. Nothing is stored and nothing is sent. */
import type { rehearsal } from "../../http/contract/rehearsals.ts";
import { type Answered, call } from "./call.ts";

export type Rehearsal = Answered<typeof rehearsal>;

/** `stored`: a day like `yesterday` or `2026-11-10`. `shop` null: all shops. */
export const rehearse = async (query: {
  readonly stored: string;
  readonly shop: string | null;
  readonly scale: number;
}): Promise<Rehearsal> => (await call<Rehearsal>("POST", "/v1/rehearsals", { query, body: {} })).value;
