/**
 * The simulated person on shift: takes the tasks of the follow-up desk over the HTTP API, calls, and records what the buyer says. Some buyers do not answer at
 * first, some refuse, and some promise to pay and do not. It keeps its own books of whom it reached.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import { z } from "zod";
import { formatInstant } from "../../core/values/instant.ts";
import { SHOP, TIME_ZONE } from "../files.ts";
import type { Pace } from "./pace.ts";
import type { Random } from "./random.ts";
import type { Shop } from "./shop.ts";

export const PERSON = "Vera";

export type Person = {
  /** When Dunlin acknowledged that the buyer of an order was reached, epoch ms. */
  readonly reached: ReadonlyMap<string, number>;
  stop(): Promise<void>;
};

type Options = {
  readonly url: string;
  readonly apiKey: string;
  readonly pace: Pace;
  readonly shop: Shop;
  readonly random: Random;
};

const tasksShape = z.object({
  items: z.array(z.object({ id: z.string(), orders: z.array(z.string()), closesAt: z.string().nullable() })),
});
type Task = z.output<typeof tasksShape>["items"][number];

const LOOK_MS = 500;
/** A payment comes later than the second in which the buyer was reached. */
const MIN_PAUSE_MS = 1_500;
const OFFSET_MINUTES = 480;

/** Adds the person to the staff, on shift at any time of day. Throws if the API refuses that. */
export async function startPerson({ url, apiKey, pace, shop, random }: Options): Promise<Person> {
  const pool = new Pool(url, { connections: 2 });
  const call = async (method: "GET" | "POST" | "PUT", path: string, body: object | null, key = apiKey) => {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(body === null ? {} : { "content-type": "application/json" }),
      ...(method === "PUT" ? { "if-match": '"0"' } : {}),
    };
    const answer = await pool.request({ method, path, headers, body: body === null ? null : JSON.stringify(body) });
    return { ok: answer.statusCode < 300, text: await answer.body.text() };
  };
  const must = async (...asked: Parameters<typeof call>): Promise<string> => {
    const { ok, text } = await call(...asked);
    if (!ok) throw new Error(`${asked[1]}: ${text.slice(0, 300)}`);
    return text;
  };
  const created = await must("POST", "/v1/keys", { name: PERSON, role: "operator" });
  const { key } = z.object({ key: z.string() }).parse(JSON.parse(created));
  await must("PUT", "/v1/staff", { items: [{ name: PERSON, costPerHour: { amount: "60.00", currency: "CNY" } }] });
  const shift = { person: PERSON, weekdays: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], zone: TIME_ZONE };
  const halves = [
    { from: "00:00", to: "12:00" },
    { from: "12:00", to: "00:00" },
  ];
  await must("PUT", "/v1/shifts", { items: halves.map((half) => ({ ...shift, ...half })) });

  const reached = new Map<string, number>();
  const tried = new Set<string>();
  const stopping = new AbortController();
  const wait = (ms: number) => pause(ms, undefined, { signal: stopping.signal });
  const act = (id: string, verb: string, body: object | null = null) =>
    call("POST", `/v1/tasks/${id}/${verb}`, body, key);

  async function work({ id, orders, closesAt }: Task): Promise<void> {
    if (!(await act(id, "claim")).ok) return;
    const how = (await act(id, "contact")).ok ? "call" : "chat";
    await wait(pace.nudge * random.between(0.1, 0.3));
    const again = orders.some((order) => tried.has(order));
    for (const order of orders) tried.add(order);
    if (!again && reached.size > 0 && random.chance(0.25)) {
      await act(id, "touch", { how, result: "no_answer" });
      await act(id, "outcome", { outcome: "not_reached" });
      return;
    }
    const isSecondCall = orders.some((order) => reached.has(order));
    const isFirst = reached.size === 0;
    if (!(await act(id, "touch", { how, result: "reached" })).ok) return;
    for (const order of orders) if (!reached.has(order)) reached.set(order, Date.now());
    const last = closesAt === null ? Number.POSITIVE_INFINITY : Date.parse(closesAt) - pace.minLead;
    const promiseAt = Math.min(Date.now() + MIN_PAUSE_MS + pace.nudge, last - 500);
    if (isSecondCall || promiseAt < Date.now() + 2 * MIN_PAUSE_MS || !(isFirst || random.chance(0.8))) {
      await act(id, "outcome", { outcome: "refused", reason: "no_longer_wanted" });
      return;
    }
    await act(id, "outcome", {
      outcome: "will_pay",
      reason: "pays_later",
      promiseAt: formatInstant(Math.floor(promiseAt), OFFSET_MINUTES),
    });
    if (isFirst || random.chance(0.8)) void payLater(orders);
  }

  async function payLater(orders: readonly string[]): Promise<void> {
    await wait(MIN_PAUSE_MS).catch(() => {});
    if (!stopping.signal.aborted) for (const order of orders) await shop.pay(order);
  }

  async function shiftOf(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const { text } = await call("GET", `/v1/tasks?shop=${SHOP}&state=open&limit=20`, null, key);
        for (const task of tasksShape.parse(JSON.parse(text)).items) await work(task);
        await wait(LOOK_MS);
      } catch {
        // The API did not answer, or the shift is over. The check at the end sees what is missing.
        if (!stopping.signal.aborted) await pause(LOOK_MS);
      }
    }
  }
  const working = shiftOf();
  return {
    reached,
    async stop() {
      stopping.abort();
      await working;
      await pool.destroy();
    },
  };
}
