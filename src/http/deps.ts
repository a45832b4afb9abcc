/**
 * What the HTTP interface needs of the rest of the program. It knows no feature: `app.ts` hands in their verbs, in these types.
 * Instants are epoch ms; what is answered to the outside is already in the outside's shape (RFC 3339, decimal strings).
 */
import type { Logger } from "pino";
import type { z } from "zod";
import type { Reason } from "../core/values/reason.ts";
import type { KeyRole } from "../core/values/role.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import type { Source } from "../sources/source.ts";
import type { CASE_STATES, DELIVERY_STATES, REMINDER_STATES, REPORT_KEYS } from "./queries.ts";
import type { previewBody } from "./template-bodies.ts";

export type Role = KeyRole;

/** `name`: told in the audit trail. */
export type Holder = { readonly role: Role; readonly name: string };

export type Auth = {
  /** Who holds this key; null: nobody. A promise where the store must be asked; it rejects when that is out. */
  check(bearer: string): Holder | null | Promise<Holder | null>;
};

export type Rejected = {
  readonly index: number;
  readonly id: string | null;
  readonly code: string;
  readonly message: string;
};
export type Receipt = {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Rejected[];
};

export type HttpIntake = {
  /** Resolves once it is durable; rejects only when the store is out. */
  submit(inputs: readonly unknown[]): Promise<Receipt>;
  /** Events not yet answered. */
  readonly pending: number;
};

export type Check = { readonly ok: boolean; readonly message?: string };
export type Readiness = { readonly ok: boolean; readonly checks: Readonly<Record<string, Check>> };

export type ReportQuery = {
  readonly by: readonly (typeof REPORT_KEYS)[number][];
  readonly from: number | null;
  readonly to: number | null;
};

/**
 * What is not filtered by is null. `from` and `to` bound when a case opened, a reminder was decided or is due, a delivery was claimed:
 * [from, to). `limit` is 1 to 500; `cursor` is what a former page gave as `next`.
 */
export type ListQuery<State extends string> = {
  readonly shop: string | null;
  /** The platform's id. */
  readonly buyer: string | null;
  readonly order: string | null;
  readonly campaign: string | null;
  readonly step: string | null;
  readonly channel: string | null;
  readonly reason: Reason | null;
  readonly state: State | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly limit: number;
  readonly cursor: string | null;
};
export type CasesQuery = ListQuery<(typeof CASE_STATES)[number]>;
export type RemindersQuery = ListQuery<(typeof REMINDER_STATES)[number]>;
export type DeliveriesQuery = ListQuery<(typeof DELIVERY_STATES)[number]>;
export type AuditQuery = {
  readonly who: string | null;
  readonly action: string | null;
  readonly subject: string | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly limit: number;
  readonly cursor: string | null;
};
/** Items in the shape of contract.ts, newest first. `next` is null on the last page. */
export type Page = { readonly items: readonly object[]; readonly next: string | null };

/** `line` counts from 1: of NDJSON, or of `events`. */
export type RehearsalFault = { readonly message: string; readonly line?: number };
export type RehearsalAnswer =
  /** The path of a file that holds the answer. */
  | { readonly ok: true; readonly answer: string }
  | {
      readonly ok: false;
      readonly code: "invalid_json" | "invalid_rehearsal" | "invalid_campaign" | "no_events";
      readonly message: string;
      readonly errors: readonly RehearsalFault[];
    };
export type RehearsalSlot = {
  /** The file that the body is to be written to. */
  readonly body: string;
  /** Rejects with the signal's reason when that is aborted. */
  run(
    asked: { readonly type: "json" | "ndjson"; readonly from: number | null },
    signal: AbortSignal,
  ): Promise<RehearsalAnswer>;
  /** Removes body and answer. Idempotent. */
  end(): Promise<void>;
};
export type HttpRehearsals = {
  /** null: as many as may be are under way. */
  begin(): Promise<RehearsalSlot | null>;
};
export type PromiseRecord = {
  readonly shop: string;
  readonly order: string;
  readonly at: number;
  readonly reason: string | null;
  readonly by: string | null;
};
/** The answer comes in the shape of contract.ts. */
export type PromiseOutcome =
  | { readonly kind: "recorded"; readonly answer: object }
  | { readonly kind: "unknown_order" | "no_open_case" | "past" };
export type PreviewQuery = Omit<z.output<typeof previewBody>, "sample" | "order" | "locale"> & {
  /** null: the shop's. */
  readonly locale: string | null;
  readonly from:
    | { readonly sample: NonNullable<z.output<typeof previewBody>["sample"]> }
    | { readonly order: { readonly shop: string; readonly id: string } };
};
/** `preview`: in the shape of contract.ts. */
export type PreviewResult =
  | { readonly kind: "preview"; readonly preview: object }
  | { readonly kind: "invalid"; readonly faults: readonly { readonly field: string; readonly message: string }[] }
  | {
      readonly kind: "invalid-template";
      readonly faults: readonly { readonly line: number; readonly message: string }[];
    }
  | { readonly kind: "not-rendered"; readonly message: string }
  | { readonly kind: "unknown-shop"; readonly shop: string }
  | { readonly kind: "unknown-order" };
/** Whether the current version (null: there is none) is the one that was meant. */
type Expects = (current: number | null) => boolean;
type Moved = { readonly kind: "moved"; readonly current: number | null };
type CampaignFault = { readonly file: string; readonly line: number | null; readonly message: string };

/** Campaigns and versions come in the shape of contract.ts. */
export type HttpCampaigns = {
  list(): Promise<Page>;
  get(key: string): Promise<{ readonly version: number } | null>;
  put(
    actor: Actor,
    input: {
      readonly campaign: string;
      readonly files: Readonly<Record<string, string>>;
      readonly note: string | null;
      readonly expects: Expects;
    },
  ): Promise<
    | {
        readonly kind: "put";
        readonly change: "created" | "updated" | "unchanged";
        readonly warnings: readonly string[];
      }
    | Moved
    | { readonly kind: "invalid"; readonly faults: readonly CampaignFault[] }
  >;
  versions(key: string, page: { readonly before: number | null; readonly limit: number }): Promise<Page | null>;
  version(key: string, version: number): Promise<object | null>;
  rollback(
    actor: Actor,
    input: {
      readonly campaign: string;
      readonly to: number | null;
      readonly note: string | null;
      readonly expects?: Expects;
    },
  ): Promise<
    | { readonly kind: "rolled-back" | "same" | "unknown-campaign" }
    | { readonly kind: "unknown-version"; readonly to: number | null }
    | Moved
    | { readonly kind: "invalid"; readonly faults: readonly CampaignFault[] }
  >;
  setPaused(
    actor: Actor,
    input: { readonly campaign: string; readonly paused: boolean; readonly note: string | null },
  ): Promise<{ readonly kind: "done" | "same" | "unknown" }>;
  removeVersion(
    actor: Actor,
    key: string,
    version: number,
  ): Promise<{ readonly kind: "removed" | "unknown" } | { readonly kind: "in-use"; readonly why: string }>;
};

export type HttpDeps = {
  readonly config: {
    shop(id: string): { readonly webhooks: Readonly<Record<string, { readonly secret: string }>> } | null;
  };
  readonly intake: HttpIntake;
  readonly sources: ReadonlyMap<string, Source>;
  readonly auth: Auth;
  readonly health: { ready(): Promise<Readiness> };
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Reports and stories come in the shape of contract.ts. */
  readonly report: (query: ReportQuery) => Promise<object>;
  readonly reportCsv: (query: ReportQuery) => Promise<string>;
  /** null: no such order. */
  readonly explain: (order: { readonly shop: string; readonly order: string }) => Promise<object | null>;
  readonly promise: (record: PromiseRecord) => Promise<PromiseOutcome>;
  /** null: the cursor is none of ours. */
  readonly listCases: (query: CasesQuery) => Promise<Page | null>;
  readonly listReminders: (query: RemindersQuery) => Promise<Page | null>;
  readonly listDeliveries: (query: DeliveriesQuery) => Promise<Page | null>;
  readonly rehearsals: HttpRehearsals;
  readonly preview: (query: PreviewQuery) => Promise<PreviewResult>;
  readonly campaigns: HttpCampaigns;
  /** null: the cursor is none of ours. */
  readonly listAudit: (query: AuditQuery) => Promise<Page | null>;
  readonly log: Logger;
  /** Epoch ms (Date.now). */
  readonly now?: () => number;
  /** Told of each answer, for a histogram. `route` is the template, never the URL. */
  readonly observe?: (answer: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
  readonly options?: HttpOptions;
};

export type HttpOptions = {
  /** Whose X-Forwarded-For is believed, as Fastify's `trustProxy` (false: nobody's). */
  readonly trustProxy?: boolean | string | string[];
  /** A body that is read whole must be here within this time, ms (30 s). */
  readonly bodyTimeout?: number;
  /** An NDJSON stream may be silent for so long, ms (60 s). */
  readonly stallTimeout?: number;
  /** Intake must answer within this time, ms (25 s), or the store counts as out. */
  readonly storeTimeout?: number;
  /** The most bytes of events that a rehearsal takes (1 GB). */
  readonly rehearsalBytes?: number;
  /** Wrong keys or signatures a minute from one address before the answer is 429 (60). */
  readonly failuresPerMinute?: number;
};
