/**
 * The log of the fake provider, and its judge. The judge reads this log only and does not look into Dunlin's tables, so a wrong
 * ledger cannot hide a second message.
 */
import { Webhook } from "standardwebhooks";

/** One request as it came in; cheap to keep, made readable only when somebody looks. */
export type RawEntry = {
  /** Wall clock, epoch ms. */
  readonly at: number;
  /** CLOCK_MONOTONIC in ms: comparable between processes of one machine. */
  readonly mono: number;
  readonly path: string;
  readonly webhookId: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
  status: number | null;
  fault: string;
  taken: boolean;
};

export type LogEntry = {
  readonly at: number;
  readonly mono: number;
  readonly path: string;
  readonly id: string;
  readonly to: string;
  readonly channel: string;
  readonly shop: string;
  readonly campaign: string;
  readonly step: string;
  readonly text: string;
  readonly orders: readonly string[];
  /** The answer's status; null when none was given (hang, reset, garbage). */
  readonly status: number | null;
  /** The action of the provider, e.g. `answer`, `hang`, `reset-after`. */
  readonly fault: string;
  /** The provider has the message and (as far as anyone can know) passes it on. */
  readonly taken: boolean;
  /** null when the provider has no secret; else by standardwebhooks, within five minutes of arrival, over id and body. */
  readonly signatureOk: boolean | null;
  /** The parsed JSON; null when it was none. */
  readonly body: Readonly<Record<string, unknown>> | null;
};

export type Verdict = {
  readonly requests: number;
  readonly taken: number;
  /** Ids the provider took more than once. */
  readonly duplicateIds: readonly { readonly id: string; readonly times: number }[];
  /** Taken more than once for one buyer (shop and address, or as `buyerOf` says), campaign and step, under different ids or not. */
  readonly duplicateSteps: readonly { readonly key: string; readonly ids: readonly string[] }[];
  /** The same by order, campaign and step: catches a second message over another channel. */
  readonly duplicateOrderSteps: readonly { readonly key: string; readonly ids: readonly string[] }[];
  readonly badSignatures: number;
  readonly badBodies: number;
  readonly takenByChannel: Readonly<Record<string, number>>;
  readonly takenByStep: Readonly<Record<string, number>>;
};

const TOLERANCE_MS = 300_000;

/** The key a secret means: what standardwebhooks accepts, as it reads it; any other string as it stands. */
export function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    return new Webhook(Buffer.from(secret, "utf8"), { format: "raw" });
  }
}

export function signatureOk(
  webhook: Webhook,
  raw: Pick<RawEntry, "webhookId" | "timestamp" | "signature" | "body" | "at">,
): boolean {
  const seconds = Number(raw.timestamp);
  if (raw.webhookId === "" || !Number.isInteger(seconds)) return false;
  if (Math.abs(seconds * 1000 - raw.at) > TOLERANCE_MS) return false;
  const expected = webhook.sign(raw.webhookId, new Date(seconds * 1000), raw.body);
  return raw.signature.split(" ").includes(expected);
}

export function readEntry(raw: RawEntry, webhook: Webhook | null): LogEntry {
  const body = parse(raw.body);
  const text = (key: string) => (typeof body?.[key] === "string" ? body[key] : "");
  const ok = webhook === null ? null : signatureOk(webhook, raw) && text("id") === raw.webhookId;
  return {
    at: raw.at,
    mono: raw.mono,
    path: raw.path,
    id: text("id"),
    to: text("to"),
    channel: text("channel"),
    shop: text("shop"),
    campaign: text("campaign"),
    step: text("step"),
    text: text("text"),
    orders: Array.isArray(body?.orders) ? body.orders.map(String) : [],
    status: raw.status,
    fault: raw.fault,
    taken: raw.taken,
    signatureOk: ok,
    body,
  };
}

export function parse(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Counts what was taken, and everything that was taken twice. */
export function judge(log: readonly LogEntry[], buyerOf?: (entry: LogEntry) => string): Verdict {
  const taken = log.filter((entry) => entry.taken);
  const ids = group(taken, (entry) => [entry.id]);
  const who = buyerOf ?? ((entry: LogEntry) => entry.to);
  const steps = group(taken, (entry) => [[entry.shop, who(entry), entry.campaign, entry.step].join(" | ")]);
  const orders = group(taken, (entry) =>
    entry.orders.map((order) => [entry.shop, order, entry.campaign, entry.step].join(" | ")),
  );
  return {
    requests: log.length,
    taken: taken.length,
    duplicateIds: [...ids].filter(([, times]) => times.length > 1).map(([id, times]) => ({ id, times: times.length })),
    duplicateSteps: repeated(steps),
    duplicateOrderSteps: repeated(orders),
    badSignatures: log.filter((entry) => entry.signatureOk === false).length,
    badBodies: log.filter((entry) => entry.body === null).length,
    takenByChannel: counts(taken, (entry) => entry.channel),
    takenByStep: counts(taken, (entry) => entry.step),
  };
}

function group(log: readonly LogEntry[], keysOf: (entry: LogEntry) => string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const entry of log) {
    for (const key of keysOf(entry)) {
      const ids = groups.get(key);
      if (ids) ids.push(entry.id);
      else groups.set(key, [entry.id]);
    }
  }
  return groups;
}

const repeated = (groups: Map<string, string[]>) =>
  [...groups].filter(([, ids]) => ids.length > 1).map(([key, ids]) => ({ key, ids }));

function counts(log: readonly LogEntry[], keyOf: (entry: LogEntry) => string): Record<string, number> {
  const result: Record<string, number> = {};
  for (const entry of log) result[keyOf(entry)] = (result[keyOf(entry)] ?? 0) + 1;
  return result;
}
