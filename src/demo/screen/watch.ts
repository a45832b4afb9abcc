/** Reads Dunlin's progress as an operator's tools would: the recovery report and the metrics, over HTTP. */
import { Pool } from "undici";
import { z } from "zod";

const reportShape = z.object({
  rows: z.array(z.object({ step: z.string().nullable(), sent: z.number(), pending: z.number() })),
  totals: z.object({
    cancelled: z.number(),
    skipped: z.number(),
    recoveredOrders: z.number(),
    recoveredAmount: z.array(z.object({ amount: z.string(), currency: z.string() })),
  }),
});

export type Seen = {
  /** Reminders of each step that are planned or being sent. */
  readonly waiting: ReadonlyMap<string, number>;
  /** Planned reminders that a payment or a close cancelled. */
  readonly cancelled: number;
  /** Reminders that Dunlin skipped. */
  readonly skipped: number;
  /** The reasons of reminders skipped at their due time, most frequent first. */
  readonly skips: readonly (readonly [reason: string, count: number])[];
  readonly recoveredOrders: number;
  /** `1234.00 CNY` */
  readonly recoveredAmount: string;
};

export const NOTHING_SEEN: Seen = {
  waiting: new Map(),
  cancelled: 0,
  skipped: 0,
  skips: [],
  recoveredOrders: 0,
  recoveredAmount: "",
};

export type Watch = {
  /** The latest figures, about a second old. */
  readonly seen: Seen;
  look(): Promise<Seen>;
  stop(): Promise<void>;
};

const EVERY_MS = 1_000;
/** Reasons that come from the order and not from a decision; they count as cancelled. */
const NOT_SKIPS = ["paid", "closed", "refunded", "excluded"];

export function startWatch(url: string, apiKey: string): Watch {
  const pool = new Pool(url, { connections: 2 });
  let seen = NOTHING_SEEN;
  let stopped = false;
  const get = async (path: string): Promise<string> => {
    const answer = await pool.request({ method: "GET", path, headers: { authorization: `Bearer ${apiKey}` } });
    return answer.body.text();
  };
  const look = async (): Promise<Seen> => {
    const [report, metrics] = await Promise.all([get("/v1/reports/recovery?by=step"), get("/metrics")]);
    const { rows, totals } = reportShape.parse(JSON.parse(report));
    seen = {
      waiting: new Map(rows.flatMap(({ step, pending }) => (step === null ? [] : [[step, pending] as const]))),
      cancelled: totals.cancelled,
      skipped: totals.skipped,
      skips: skipsOf(metrics),
      recoveredOrders: totals.recoveredOrders,
      recoveredAmount: totals.recoveredAmount.map(({ amount, currency }) => `${amount} ${currency}`).join(" + "),
    };
    return seen;
  };
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    if (stopped) return;
    // After a failed look the figures stand still for a second; the check at the end reads its own.
    timer = setTimeout(() => void look().then(next, next), EVERY_MS);
  };
  next();
  return {
    get seen() {
      return seen;
    },
    look,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await pool.destroy();
    },
  };
}

function skipsOf(metrics: string): [string, number][] {
  const skips: [string, number][] = [];
  for (const [, reason = "", count] of metrics.matchAll(/^dunlin_skips_total\{reason="(\w+)"\} (\d+)$/gm))
    if (!NOT_SKIPS.includes(reason) && Number(count) > 0) skips.push([reason, Number(count)]);
  return skips.sort((a, b) => b[1] - a[1]);
}

/** Two requests to paste while the demo keeps serving. */
export function requestsToTry(url: string, apiKey: string, shop: string, order: string): string[] {
  const curl = (path: string) => `curl -s -H "Authorization: Bearer $KEY" "${url}${path}"`;
  return [`KEY=${apiKey}`, curl(`/v1/orders/${shop}/${order}`), curl("/v1/reports/recovery?by=step&format=csv")];
}

export const STEPS = ["nudge", "last-call"] as const;
export const CHANNELS = ["chat", "sms"] as const;
