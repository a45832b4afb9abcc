/**
 * The reports of the simulated provider about its SMS: delivery receipts, some of them twice, and the replies of buyers who want no more. They go to `POST
 * /v1/receipts/sms` in batches, signed as Standard Webhooks. It keeps its own books of what Dunlin acknowledged.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { Pool } from "undici";
import { z } from "zod";
import { isTaken, type Posted, type Provider, segmentsOf } from "./provider.ts";
import type { Random } from "./random.ts";

export type Reports = {
  /** Messages whose delivery Dunlin acknowledged, by id. */
  readonly delivered: ReadonlySet<string>;
  /** When Dunlin acknowledged the STOP of an address, epoch ms. */
  readonly stops: ReadonlyMap<string, number>;
  /** Batches that Dunlin refused. */
  readonly refused: number;
  /** Waits until every report is acknowledged. */
  settled(limitMs: number): Promise<void>;
  stop(): Promise<void>;
};

export type ReportsOptions = {
  readonly url: string;
  readonly secret: string;
  readonly provider: Provider;
  readonly random: Random;
};

const CHANNEL = "sms";
const BATCH_MS = 250;
const MAX_BATCH = 100;
const SENT_TWICE = 0.05;
/** One of so many SMS is answered with STOP, at first the third. */
const STOP_EVERY = 14;
const FIRST_STOP = 3;
/** A buyer reads it first. */
const READING_MS = [300, 1_500] as const;
/** As in the demo's dunlin.yaml. */
const SEGMENT_PRICE = 0.05;

type Report = { readonly body: object; readonly acknowledged: () => void };

export function startReports({ url, secret, provider, random }: ReportsOptions): Reports {
  const webhook = new Webhook(secret);
  const pool = new Pool(url, { connections: 2 });
  const delivered = new Set<string>();
  const stops = new Map<string, number>();
  const waiting: Report[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let [messages, batches, refused] = [0, 0, 0];
  let stopped = false;

  const stopLater = (message: Posted): void => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        const text = /[\u4e00-\u9fff]/.test(message.text) ? "R" : "STOP";
        const body = { type: "reply", from: message.to, text, at: new Date().toISOString() };
        waiting.push({ body, acknowledged: () => void stops.set(message.to, Date.now()) });
      },
      random.between(...READING_MS),
    );
    timers.add(timer);
  };

  provider.onTaken((message) => {
    if (message.channel !== CHANNEL || !isTaken(message)) return;
    messages += 1;
    const segments = segmentsOf(message);
    const cost = { amount: (segments * SEGMENT_PRICE).toFixed(2), currency: "CNY" };
    const body = { type: "delivered", id: message.id, at: new Date().toISOString(), segments, cost };
    const report = { body, acknowledged: () => void delivered.add(message.id) };
    waiting.push(report);
    if (random.chance(SENT_TWICE)) waiting.push(report);
    if (messages % STOP_EVERY === FIRST_STOP) stopLater(message);
  });

  /** false: try again later. */
  async function post(reports: readonly Report[]): Promise<boolean> {
    const payload = JSON.stringify(reports.map(({ body }) => body));
    const id = `batch-${++batches}`;
    const at = new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": webhook.sign(id, at, payload),
    };
    const answer = await pool.request({ method: "POST", path: `/v1/receipts/${CHANNEL}`, headers, body: payload });
    const text = await answer.body.text();
    if (answer.statusCode >= 500 || answer.statusCode === 429) return false;
    if (answer.statusCode !== 200 || !answerShape.safeParse(parsed(text)).success) refused += 1;
    else for (const { acknowledged } of reports) acknowledged();
    return true;
  }

  async function work(): Promise<void> {
    while (!stopped) {
      const batch = waiting.slice(0, MAX_BATCH);
      // A report that is not acknowledged stays: Dunlin takes it again.
      const done = batch.length > 0 && (await post(batch).catch(() => false));
      if (done) waiting.splice(0, batch.length);
      await pause(BATCH_MS, undefined, { ref: false });
    }
  }
  const working = work();

  return {
    delivered,
    stops,
    get refused() {
      return refused;
    },
    async settled(limitMs) {
      const until = Date.now() + limitMs;
      while (waiting.length + timers.size > 0 && Date.now() < until) await pause(50);
    },
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await working;
      await pool.destroy();
    },
  };
}

const answerShape = z.object({ matched: z.number(), unmatched: z.number() });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
