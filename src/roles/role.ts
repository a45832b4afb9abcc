/** A role describes itself in its own file; `app.ts` lists the roles. A process opens the parts once and starts the roles it was given. */
import type { Logger } from "pino";
import type { LiveCampaigns } from "../campaigns/live.ts";
import type { Config } from "../config/config.ts";
import type { Keys } from "../config/keys.ts";
import type { Channel } from "../core/seams/channel.ts";
import type { OpenDatabase } from "../db/open.ts";
import type { Vault } from "../db/vault.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Intake } from "../intake/intake.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { QueueBackend } from "../queue/connection.ts";
import type { QueueProducer } from "../queue/producer.ts";
import type { ReceiptDeps } from "../receipts/deps.ts";
import type { ClockWatch } from "./clock-watch.ts";
import type { Metrics } from "./metrics.ts";

export type Parts = {
  readonly config: Config;
  readonly log: Logger;
  /** Lines for people. */
  readonly print: (line: string) => void;
  readonly life: Lifecycle;
  readonly database: OpenDatabase;
  readonly keys: Keys;
  readonly vault: Vault;
  readonly backend: QueueBackend;
  readonly producer: QueueProducer;
  readonly live: LiveCampaigns;
  readonly dispatcher: Dispatcher;
  readonly receipts: ReceiptDeps;
  /** The open channels by name. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Intake, counted under the name of the source. */
  readonly intake: (source: string) => Intake;
  readonly metrics: Metrics;
  readonly clock: ClockWatch;
};

export type Role = {
  readonly name: string;
  /** Whether it reads or writes contacts, and so needs the key they are sealed with. */
  readonly contacts: boolean;
  /** Whether it replans open cases after a change of campaigns. */
  readonly replans: boolean;
  /** Tells `life` how it ends. Resolves with the URL where it listens, or null. */
  start(parts: Parts): Promise<string | null>;
};

/** Less than the limit of the whole drain: a queue that does not answer must not use it up. */
export const CLOSE_WORKER_MS = 10_000;
