/** Reminders that fall due, a process that sends them, and when the provider has them and their outcomes are recorded. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Child } from "./child.ts";
import { startDunlin } from "./dunlin.ts";
import { perSecond, until, waitUntil } from "./measure.ts";
import { allowFor, bodiesOf, createdEvents, eachItsOwnBuyer, postAll } from "./orders.ts";
import type { ProviderStats } from "./provider.ts";
import { type Bench, settleDisk } from "./servers.ts";

/** The step `nudge` of the shipped campaign. */
export const NUDGE_MS = 10 * 60_000;

/** `connections`: to the provider, for each channel; absent: as many as usual. */
export async function startWorker(bench: Bench, origin: string, secret: string | null, connections?: number) {
  const config = join(bench.workDir, `channels-${secret === null ? "plain" : "signed"}-${connections ?? "usual"}.yaml`);
  await writeFile(config, channelsYaml(origin, secret, connections));
  return startDunlin(bench, ["worker", "--roles", "dispatch,upkeep"], { DUNLIN_CONFIG: config });
}

export function channelsYaml(origin: string, secret: string | null, connections?: number): string {
  const signed = secret === null ? "" : `, secret: "${secret}"`;
  const few = connections === undefined ? "" : `, connections: ${connections}`;
  return ["sms", "chat"]
    .map((name) => `  ${name}: { provider: webhook, url: "${origin}/${name}"${signed}${few} }\n`)
    .reduce((text, line) => text + line, 'shops: { "*": { quietHours: off } }\nchannels:\n');
}

/**
 * Takes in orders of one buyer each whose nudge falls due in a moment, and returns shortly before that, with their shop. When that
 * lasted until after they were due, they went out piecemeal: then it is done again with more time. `around` is handed the intake, and runs it; it
 * may take in more that is due at that moment.
 */
export async function dueAtOnce(
  bench: Bench,
  provider: Child,
  url: string,
  name: string,
  count: number,
  around: (
    takeIn: () => Promise<unknown>,
    due: { readonly shop: string; readonly dueAt: number },
  ) => Promise<unknown> = (takeIn) => takeIn(),
): Promise<string> {
  for (let attempt = 1; attempt < 5; attempt++) {
    const shop = `${name}x${attempt}`;
    await provider.call("reset");
    const dueAt = Date.now() + allowFor(count) * attempt;
    const events = eachItsOwnBuyer(createdEvents(count, () => ({ shop, createdAt: dueAt - NUDGE_MS })));
    const bodies = bodiesOf(events);
    await around(() => postAll(url, bodies, count), { shop, dueAt });
    await settleDisk(bench.sql);
    if (Date.now() < dueAt) {
      await waitUntil(dueAt - 10);
      return shop;
    }
    await allRecorded(bench, shop, count);
  }
  throw new Error(`taking in ${count} orders lasted until after they were due, again and again`);
}

/** Waits until the provider has so many, and returns how fast they came. */
export async function measured(provider: Child, count: number): Promise<ProviderStats & { perSecond: number }> {
  let stats: ProviderStats = { count: 0, firstAt: 0, lastAt: 0 };
  await until(`${count} messages`, async () => {
    stats = await provider.call<ProviderStats>("stats");
    return stats.count >= count;
  });
  if (stats.count > count) throw new Error(`${stats.count} messages came instead of ${count}`);
  return { ...stats, perSecond: perSecond(count, stats.lastAt - stats.firstAt) };
}

export const allRecorded = (bench: Bench, shop: string, count: number, everyMs = 20): Promise<void> =>
  until(
    "all outcomes",
    async () => {
      const [row] = await bench.sql<{ n: number }[]>`
        select count(*)::int4 as n from deliveries where shop_id = ${shop} and state = 'accepted'`;
      return row?.n === count;
    },
    everyMs,
  );
