/** A simulation under way, and what its parts hand to each other. */
import type { ReceivedEvent } from "../../../src/core/order/order.ts";
import type { BuyerPolicy, BuyerState, Decision } from "../../../src/core/rules/buyer-state.ts";
import type { Campaign } from "../../../src/core/values/policy.ts";
import type { Reason } from "../../../src/core/values/reason.ts";
import type { Dice } from "./world/faults.ts";
import type { Loop } from "./world/loop.ts";
import type { Scene } from "./world/scene.ts";
import type { BuyerRow, Delivery, Reminder, Store } from "./world/store.ts";
import type { Trace } from "./world/trace.ts";

export type Sim = {
  readonly dice: Dice;
  readonly loop: Loop;
  readonly trace: Trace;
  readonly scene: Scene;
  readonly store: Store;
  readonly checks: Checks;
  readonly processes: readonly Process[];
  /** How far the database's clock is ahead of the true one. */
  ahead: number;
  readonly newId: () => string;
  /** Nudges of a queue that was lost do not come. */
  queue: number;
  /** The messages that the provider took, by their keys, and whether they reached the buyer; and when it shows them. */
  readonly taken: Map<string, { readonly reaches: boolean; readonly shownAt: number }>;
  /** Has a dispatcher look for what is due. */
  readonly wake: (dispatcher: Process) => void;
};

export type Process = {
  readonly name: string;
  readonly dispatches: boolean;
  /** Counts its lives. Nothing that an earlier life had planned happens. */
  life: number;
  isUp: boolean;
  pausedUntil: number;
  availableSince: number;
  /** The revision of the campaigns that it knows. */
  revision: number;
  policy: BuyerPolicy;
  /** How far its clock is off. */
  readonly skew: number;
  readonly phase: number;
  sweptAt: number;
  readonly open: Set<Transaction>;
};

export type Transaction = { readonly end: (how: "commit" | "abort") => void };

export type Tx = {
  readonly now: number;
  readonly policy: BuyerPolicy;
  readonly row: (buyer: string) => BuyerRow;
  /** A write to the ledger, made when the transaction commits. */
  readonly write: (apply: () => void) => void;
};

export type Ended<R> = { readonly ok: true; readonly value: R } | { readonly ok: false };

/** One claimed attempt. */
export type Job = {
  readonly buyer: string;
  readonly reminder: Reminder;
  readonly delivery: Delivery;
  readonly campaign: Campaign;
  readonly step: string;
  readonly channel: string;
  readonly attempt: number;
  /** It repeats an attempt of unknown outcome. */
  readonly repeated: boolean;
  readonly until: number;
  readonly latest: number | null;
  readonly leaveBy: number;
  readonly claimedAt: number;
  readonly askedAt: number;
  readonly contacts: BuyerState["contacts"];
  /** The first close of its orders, as the claim knows it. */
  readonly close: number;
};

export type Claimed = {
  readonly campaign: Campaign;
  readonly step: string;
  readonly channel: string;
  readonly orders: readonly string[];
  /** Those of them for whose step it is; unknown of a retry. */
  readonly owed: readonly string[];
  /** Its time in the plan. */
  readonly at: number;
  readonly caseId: string;
  /** null: a first attempt. */
  readonly reminder: Reminder | null;
};

export type Checks = {
  answered(buyer: string, event: ReceivedEvent): void;
  /** `replanned`: a change ended their plan; they were not decided at their times. */
  decided(row: BuyerRow, decisions: readonly Decision[], tx: Tx, replanned?: boolean): void;
  claimed(row: BuyerRow, claimed: Claimed, tx: Tx): void;
  endedRetry(row: BuyerRow, reminder: Reminder, reason: Reason, tx: Tx): void;
  planned(row: BuyerRow, tx: Tx): void;
  left(job: Job): void;
  reached(job: Job): void;
  tick(): void;
  end(): void;
};
