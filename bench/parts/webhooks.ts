/** Part 8: single orders as WooCommerce posts them, by 50 senders at a time, until each is answered. */
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Pool } from "undici";
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { median, percentile, perSecond, ratio } from "../harness/measure.ts";
import type { Part } from "../harness/part.ts";
import { type Bench, settleDisk } from "../harness/servers.ts";
import { compare, number, round } from "../harness/table.ts";

type Webhooks = {
  readonly perSecond: number;
  readonly vsBare: number;
  readonly barePerSecond: number;
  readonly p99Ms: number;
};

const SENDERS = 50;
const SECRET = "letters0And1digits";

export const webhooks: Part<Webhooks> = {
  name: "webhooks",
  run,
  json: ({ perSecond: speed, vsBare, p99Ms }) => ({
    perSecond: round(speed),
    vsBare: round(vsBare, 2),
    p99Ms: round(p99Ms),
  }),
  lines: ({ perSecond: speed, vsBare, barePerSecond, p99Ms }) => [
    { what: "webhooks", measured: `${number(speed)}/s`, against: "single orders, 50 senders" },
    compare("  bare route", vsBare, "≥ 0.5", `${number(barePerSecond)}/s: verifies and inserts one row`),
    { what: "  p99", measured: `${p99Ms.toFixed(0)} ms`, target: "< 1,000 ms", against: "until the answer" },
  ],
};

async function run(bench: Bench): Promise<Webhooks> {
  const count = bench.quick ? 3_000 : 15_000;
  const config = join(bench.workDir, "webhooks.yaml");
  const shop = `{ timeZone: Europe/Madrid, currency: EUR, webhooks: { woocommerce: { secret: ${SECRET} } } }`;
  await writeFile(config, `shops: { acme: ${shop} }\n`);
  const dunlin = await startDunlin(bench, ["api"], { DUNLIN_CONFIG: config });
  const bare = forkChild(new URL("../floors/bare-webhook.ts", import.meta.url));
  try {
    const bareUrl = await bare.call<string>("open", { databaseUrl: bench.databaseUrl, secret: SECRET });
    const measureRound = async (first: number) => {
      const posts = Array.from({ length: count }, (_, n) => postOf(first + n));
      await settleDisk(bench.sql);
      const ours = await postAll(`${dunlin.url}/v1/webhooks/woocommerce/acme`, posts);
      return { ours, bare: await postAll(`${bareUrl}/hook`, posts) };
    };
    await measureRound(1);
    await bench.sql`analyze`;
    const rounds: Awaited<ReturnType<typeof measureRound>>[] = [];
    for (let n = 1; n <= bench.rounds; n++) {
      const measured = await measureRound(n * 1_000_000);
      const { ours, bare: floor } = measured;
      const speeds = [ours, floor].map(({ ms }) => Math.round(perSecond(count, ms)));
      bench.note(
        `webhooks ${n}/${bench.rounds}: ours ${speeds[0]}, bare ${speeds[1]} a second; p99 ${ours.p99.toFixed(0)} ms`,
      );
      rounds.push(measured);
    }
    const ours = rounds.map((each) => perSecond(count, each.ours.ms));
    const floors = rounds.map((each) => perSecond(count, each.bare.ms));
    return {
      perSecond: median(ours),
      vsBare: ratio(ours, floors),
      barePerSecond: median(floors),
      p99Ms: median(rounds.map((each) => each.ours.p99)),
    };
  } finally {
    await Promise.all([dunlin.end(), bare.end()]);
  }
}

type Post = { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> };

function postOf(id: number): Post {
  const now = new Date().toISOString().slice(0, 19);
  const body = Buffer.from(
    JSON.stringify({
      ...{ id, number: String(id), status: "pending", currency: "EUR", total: "129.90", customer_id: id },
      ...{ date_created_gmt: now, date_modified_gmt: now, date_paid_gmt: null, payment_method: "stripe" },
      billing: {
        first_name: "Ana",
        last_name: "Núñez",
        country: "ES",
        phone: `+346${String(10_000_000 + (id % 80_000_000))}`,
      },
      payment_url: `https://shop.example/checkout/order-pay/${id}/`,
      needs_payment: true,
      line_items: [{ id: 1, name: "Abrigo", sku: "AB-1", quantity: 1, total: "129.90", price: 129.9 }],
    }),
  );
  const signature = createHmac("sha256", SECRET).update(body).digest("base64");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-wc-webhook-topic": "order.created",
      "x-wc-webhook-signature": signature,
    },
  };
}

async function postAll(
  address: string,
  posts: readonly Post[],
): Promise<{ readonly ms: number; readonly p99: number }> {
  const { origin, pathname } = new URL(address);
  const pool = new Pool(origin, { connections: SENDERS, pipelining: 1 });
  const waits: number[] = [];
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let post = posts[next++]; post !== undefined; post = posts[next++]) {
      const sentAt = performance.now();
      const { statusCode, body } = await pool.request({ path: pathname, method: "POST", ...post });
      const text = await body.text();
      if (statusCode !== 202) throw new Error(`a webhook was answered with ${statusCode}: ${text.slice(0, 200)}`);
      waits.push(performance.now() - sentAt);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: SENDERS }, sender));
  const ms = performance.now() - begun;
  await pool.close();
  return { ms, p99: percentile(waits, 0.99) };
}
