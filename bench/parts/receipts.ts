/**
 * Delivery receipts: how many a second are taken in over HTTP in batches of 100, and how much slower messages go out while 500 receipts a second
 * come in.
 */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Pool } from "undici";
import { sign, signingKey } from "../../src/standard-webhooks.ts";
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { median, perSecond, ratio } from "../harness/measure.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, channelsYaml, dueAtOnce, measured } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { compare, number, round } from "../harness/table.ts";

type Receipts = {
  /** Receipts a second, posted four batches at a time. */
  readonly perSecond: number;
  /** Messages a second with 500 receipts a second beside them, against without. */
  readonly besides: number;
};

const SECRET = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const BATCH = 100;
const RATE = 500;

export const receipts: Part<Receipts> = {
  name: "receipts",
  run,
  json: ({ perSecond: speed, besides }) => ({ perSecond: round(speed), besides: round(besides, 3) }),
  lines: ({ perSecond: speed, besides }) => [
    {
      what: "receipts",
      measured: `${number(speed)} receipts/s`,
      target: "≥ 5,000/s",
      against: "HTTP, batches of 100, four at a time",
    },
    compare("  dispatch beside 500/s", besides, "≥ 0.9", "the same without receipts"),
  ],
};

async function run(bench: Bench): Promise<Receipts> {
  const count = bench.quick ? 3_000 : 10_000;
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const origin = await provider.call<string>("listen");
  const config = join(bench.workDir, "receipts.yaml");
  await writeFile(config, channelsYaml(origin, SECRET));
  const change = { DUNLIN_CONFIG: config };
  const api = await startDunlin(bench, ["api"], change);
  const worker = await startDunlin(bench, ["worker", "--roles", "dispatch,upkeep"], change);
  const pool = new Pool(api.url, { connections: 4 });
  const key = signingKey(SECRET);
  const post = async (ids: readonly string[]): Promise<void> => {
    const at = new Date().toISOString();
    const body = Buffer.from(JSON.stringify(ids.map((id) => ({ type: "delivered", id, at }))));
    const id = randomUUID();
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": sign(key, id, timestamp, body),
    };
    const answer = await pool.request({ path: "/v1/receipts/sms", method: "POST", headers, body });
    const { matched } = (await answer.body.json()) as { matched?: number };
    if (matched !== ids.length) throw new Error(`${answer.statusCode}: ${matched} of ${ids.length} receipts matched`);
  };
  const sent = async (name: string): Promise<{ perSecond: number; ids: string[] }> => {
    const shop = await dueAtOnce(bench, provider, api.url, name, count);
    const { perSecond: speed } = await measured(provider, count);
    await allRecorded(bench, shop, count);
    const rows = await bench.sql<{ id: string }[]>`select id from deliveries where shop_id = ${shop}`;
    return { perSecond: speed, ids: rows.map(({ id }) => id) };
  };
  /** Posts a batch every 200 ms until it is stopped. */
  const trickle = (ids: readonly string[]) => {
    const posts: Promise<void>[] = [];
    let next = 0;
    const timer = setInterval(
      () => {
        const batch = ids.slice(next, next + BATCH);
        next = (next + BATCH) % ids.length;
        posts.push(post(batch));
      },
      (1_000 * BATCH) / RATE,
    );
    return async () => {
      clearInterval(timer);
      await Promise.all(posts);
    };
  };
  try {
    const rounds: { receipts: number; quiet: number; busy: number }[] = [];
    for (let n = 0; n <= bench.rounds; n++) {
      const quiet = await sent(`q${n}`);
      const batches = Array.from({ length: count / BATCH }, (_, at) => quiet.ids.slice(at * BATCH, (at + 1) * BATCH));
      const begun = performance.now();
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) await post(batch);
        }),
      );
      const speed = perSecond(count, performance.now() - begun);
      const stop = trickle(quiet.ids);
      const busy = await sent(`b${n}`);
      await stop();
      // The first round only warms up.
      if (n === 0) continue;
      rounds.push({ receipts: speed, quiet: quiet.perSecond, busy: busy.perSecond });
      bench.note(
        `receipts ${n}/${bench.rounds}: ${speed.toFixed(0)} receipts/s; ${quiet.perSecond.toFixed(0)} messages/s alone, ${busy.perSecond.toFixed(0)} with ${RATE} receipts/s`,
      );
    }
    return {
      perSecond: median(rounds.map((each) => each.receipts)),
      besides: ratio(
        rounds.map(({ busy }) => busy),
        rounds.map(({ quiet }) => quiet),
      ),
    };
  } finally {
    await pool.close();
    await Promise.all([api.end(), worker.end(), provider.end()]);
  }
}
