/**
 * The rehearsal replays a file of order events on a simulated clock. It runs the functions that plan, decide and render live, and sends
 * nothing. Buyers are independent once it is known which identities are one person. So a file of any size is cut into buckets of whole
 * buyers, and the result does not depend on the cut. Bad lines are reported and skipped.
 */
import type { AddressCap, ContactKind } from "../core/values/policy.ts";
import type { AsOf, Shift } from "./change/shift.ts";
import type { ShopTable } from "./shops.ts";

/** The facts of a configured channel that a rehearsal needs. Cost: millionths of the currency's unit per segment. */
export type RehearsalChannel = {
  readonly name: string;
  readonly provider: string;
  readonly contacts: readonly ContactKind[];
  readonly ratePerSecond: number | null;
  readonly cost: { readonly micros: number; readonly currency: string } | null;
  /** Name of the channel that is tried after this one fails; null: none. */
  readonly fallback: string | null;
  readonly caps?: AddressCap;
};

/** When decisions begin, epoch ms, everywhere or in each zone; null: with the first event. */
export type RehearsalStart = number | ReadonlyMap<string, number> | null;

/** Plain values, so that a worker thread can receive them. */
export type RehearsalEnv = {
  /** Campaigns and templates, text by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly channels: readonly RehearsalChannel[];
  readonly from: RehearsalStart;
  readonly shops: ShopTable;
  readonly changes: Changes;
  /** The file was made of a table: each line has the number of its row, or says why the row is no order (table/write-table.ts). */
  readonly table: boolean;
  /** The events come from the database, with what it knows of their buyers (stored/line.ts). */
  readonly stored: boolean;
  /** Whether the rows are wanted, and not only the figures. */
  readonly rows: boolean;
};

/** Changes of the events before they are rehearsed. */
export type Changes = {
  /** null: the times stay. */
  readonly asOf: AsOf | null;
  /** Tags that every order gets. */
  readonly tags: readonly string[];
  /** How many times each order happens, each time to another buyer. */
  readonly scale: number;
};

/** `shift` is known when the events were read once. */
export type ReplayEnv = RehearsalEnv & { readonly shift: Shift | null };

/** One line of the file; numbers count from 1. */
export type Line = { readonly number: number; readonly text: string };

/** The JSON of a row, or its bytes in UTF-8. */
export type RowJson = string | Buffer;

export type Moment = { readonly at: number; readonly zone: string };
export type Example = { readonly at: number; readonly shop: string; readonly order: string; readonly buyer: string };
export type Sample = {
  readonly at: number;
  readonly shop: string;
  readonly buyer: string;
  readonly to: string;
  readonly text: string;
  readonly template: string;
};
/** The rows of one step of one campaign whose orders stay open for the same time. */
export type StepFigures = { rows: number; noTime: number; superseded: number };

/** The price of sends, in millionths of the unit. `currency` null: their channel has no price. */
export type TextPrice = { segments: number; micros: number; currency: string | null };

/** The sends of one text. */
export type TextFigures = TextPrice & { readonly channel: string; sends: number };

/** The decided rows that share campaign, step, channel, variant and shop. */
export type RowFigures = TextPrice & {
  /** null: no campaign fits. */
  readonly campaign: string | null;
  /** null: the whole case. */
  readonly step: string | null;
  /** null: nothing is sent. */
  readonly channel: string | null;
  readonly variant: string | null;
  readonly shop: string;
  sends: number;
  /** Skips because the order was paid or closed. */
  settled: number;
  /** All other skips. */
  skips: number;
};

/** How many of the orders that count meet each condition of a campaign, all of them at once, and beside that its `exclude`. */
export type FitFigures = Record<"orders" | "active" | "shops" | "tags" | "amount" | "all" | "excluded", number>;

/** The sends of the shops in one zone: hour by the zone's clock, as the epoch ms of its start → sends. */
export type ZoneFigures = { readonly shops: Set<string>; readonly hours: Map<number, number> };

/** Every figure is a sum or the first of its kind, so buckets can be added up in any order. */
export type Figures = {
  orders: number;
  cases: number;
  events: number;
  duplicates: number;
  sends: number;
  first: Moment | null;
  last: Moment | null;
  /** Channel → second since 1970 → number of sends, and the shortest time until one of them is too late, ms. */
  readonly perSecond: Map<string, Map<number, { count: number; room: number }>>;
  readonly segments: Map<string, number>;
  /** Template → its sends. */
  readonly texts: Map<string, TextFigures>;
  /** Currency → millionths. */
  readonly cost: Map<string, number>;
  readonly reasons: Map<string, { count: number; example: Example }>;
  /** `campaign/step` → minutes open, rounded by `lifeOf` → figures. */
  readonly fits: Map<string, Map<number | null, StepFigures>>;
  /** `campaign/step` → [quiet_hours, all rows]. */
  readonly quiet: Map<string, [number, number]>;
  /** Texts that could not be made: reason → how often. */
  readonly textless: Map<string, number>;
  /** Sends in another language, because the buyer's has no text: the missing text → how often. */
  readonly fallbacks: Map<string, number>;
  /** Warnings about refused parts of texts that the values of buyers and orders brought in → how often. */
  readonly refused: Map<string, number>;
  /** The first message of each template. */
  readonly samples: Map<string, Sample>;
  readonly rows: Map<string, RowFigures>;
  readonly zones: Map<string, ZoneFigures>;
  /** The campaigns that have a row. */
  readonly chosen: Set<string>;
  /** Campaign that has no row → which orders it fits. */
  readonly matches: Map<string, FitFigures>;
  /** When the first and the last order were created. */
  created: { readonly first: number; readonly last: number } | null;
  readonly faults: { readonly line: number; readonly message: string }[];
  faultCount: number;
  /** Code of a warning → how many events have it, and the first of them. */
  readonly warned: Map<string, { count: number; line: number; message: string }>;
};
