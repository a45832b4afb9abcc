/**
 * The follow-up desk beside dispatch: how fast messages go out while steps of as many cases become calls at the same moment, and while orders come in
 * whose cases are left to people at once. Only messages are counted. Each is compared with the same without tasks, in turn.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { median, ratio, until } from "../harness/measure.ts";
import { analysesSince, countAnalyses } from "../harness/meter.ts";
import { bodiesOf, type CreatedEvent, createdEvents, eachItsOwnBuyer, postAll } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, channelsYaml, dueAtOnce, measured, NUDGE_MS } from "../harness/reminders.ts";
import { API_KEY, type Bench } from "../harness/servers.ts";
import { compare, number, round } from "../harness/table.ts";

type Desk = {
  readonly messages: number;
  readonly tasks: number;
  /** Messages a second with nothing beside them. */
  readonly perSecond: number;
  /** With calls that are due at the same moment, against without. */
  readonly besideCalls: number;
  /** With new orders whose cases are left to people, against the same orders in cases with reminders. */
  readonly besideManual: number;
};

/** Orders with such a tag are the campaign's. Nothing but the calls is due before the next day. */
const CAMPAIGNS = {
  call: "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [call] }\n",
  plain: "steps:\n  - { id: nudge, at: { afterCreated: 20h }, channels: [sms] }\n",
  manual: 'manual: { amountAtLeast: "100" }\nsteps:\n  - { id: nudge, at: { afterCreated: 20h }, channels: [sms] }\n',
};
type Kind = keyof typeof CAMPAIGNS;

async function putCampaign(url: string, kind: Kind): Promise<void> {
  const channel = kind === "call" ? "call" : "sms";
  const yaml = `name: ${kind}\npriority: 90\nmatch: { tags: [desk-${kind}] }\n${CAMPAIGNS[kind]}`;
  const answer = await fetch(`${url}/v1/campaigns/desk-${kind}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json", "if-none-match": "*" },
    body: JSON.stringify({ yaml, templates: { [`nudge.${channel}.en.hbs`]: "Order {{order.id}}: {{total}}" } }),
  });
  if (!answer.ok) throw new Error(`PUT /v1/campaigns/desk-${kind} answered ${answer.status}: ${await answer.text()}`);
}

/** Each has a buyer of its own. */
const ordersOf = (kind: Kind, shop: string, count: number, createdAt: number): CreatedEvent[] =>
  eachItsOwnBuyer(createdEvents(count, () => ({ shop, createdAt }))).map((event) => ({
    ...event,
    order: { ...event.order, tags: [`desk-${kind}`] },
  }));

const callsOf = (shop: string) => `${shop}-calls`;

export const desk: Part<Desk> = {
  name: "desk",
  run,
  json: ({ messages, tasks, perSecond, besideCalls, besideManual }) => ({
    messages,
    tasks,
    perSecond: round(perSecond),
    besideCalls: round(besideCalls, 3),
    besideManual: round(besideManual, 3),
  }),
  lines: ({ messages, tasks, perSecond, besideCalls, besideManual }) => [
    {
      what: "desk",
      measured: `${number(perSecond)} messages/s`,
      against: `${number(messages)} due at once, nothing beside them`,
    },
    compare("  beside calls", besideCalls, "≥ 0.9", `the same without ${number(tasks)} calls due at that moment`),
    compare("  beside cases of people", besideManual, "≥ 0.9", `${number(tasks)} new orders in cases with reminders`),
  ],
};

async function run(bench: Bench): Promise<Desk> {
  const [messages, tasks] = bench.quick ? [3_000, 1_500] : [20_000, 10_000];
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const origin = await provider.call<string>("listen");
  const config = join(bench.workDir, "desk.yaml");
  await writeFile(config, `${channelsYaml(origin, null)}  call: { provider: desk }\n`);
  const change = { DUNLIN_CONFIG: config };
  const api = await startDunlin(bench, ["api"], change);
  for (const kind of Object.keys(CAMPAIGNS) as Kind[]) await putCampaign(api.url, kind);
  const worker = await startDunlin(bench, ["worker", "--roles", "dispatch,upkeep"], change);
  const made = async (shop: string, count: number, table: "tasks" | "orders"): Promise<void> =>
    until(`${count} ${table}`, async () => {
      const [row] = await bench.sql<{ n: number }[]>`
        select count(*)::int4 as n from ${bench.sql(table)} where shop_id = ${shop}`;
      return row?.n === count;
    });
  const speed = async (shop: string) => {
    const { perSecond } = await measured(provider, messages);
    await allRecorded(bench, shop, messages);
    return perSecond;
  };
  const alone = async (name: string) => speed(await dueAtOnce(bench, provider, api.url, name, messages));
  const besideCalls = async (name: string) => {
    const shop = await dueAtOnce(bench, provider, api.url, name, messages, async (takeIn, due) => {
      const calls = ordersOf("call", callsOf(due.shop), tasks, due.dueAt - NUDGE_MS);
      await postAll(api.url, bodiesOf(calls), tasks);
      await takeIn();
    });
    const perSecond = await speed(shop);
    await made(callsOf(shop), tasks, "tasks");
    return perSecond;
  };
  const besideOrders = async (kind: "plain" | "manual", name: string) => {
    const others = `${name}o`;
    const shop = await dueAtOnce(bench, provider, api.url, name, messages);
    const posted = postAll(api.url, bodiesOf(ordersOf(kind, others, tasks, Date.now())), tasks);
    const perSecond = await speed(shop);
    await posted;
    await made(others, tasks, kind === "manual" ? "tasks" : "orders");
    return perSecond;
  };
  try {
    const rounds: { alone: number; calls: number; plain: number; manual: number }[] = [];
    for (let n = 0; n <= bench.rounds; n++) {
      const analysed = await countAnalyses(bench.sql);
      const speeds = {
        alone: await alone(`a${n}`),
        calls: await besideCalls(`c${n}`),
        plain: await besideOrders("plain", `p${n}`),
        manual: await besideOrders("manual", `m${n}`),
      };
      const during = analysesSince(analysed, await countAnalyses(bench.sql));
      // The first round only warms up.
      if (n === 0) {
        await bench.sql`analyze`;
        continue;
      }
      rounds.push(speeds);
      const figures = Object.entries(speeds).map(([what, figure]) => `${what} ${figure.toFixed(0)}`);
      bench.note(`desk ${n}/${bench.rounds}: ${figures.join(", ")} messages/s${during}`);
    }
    const column = (name: keyof (typeof rounds)[number]) => rounds.map((each) => each[name]);
    return {
      ...{ messages, tasks, perSecond: median(column("alone")) },
      besideCalls: ratio(column("calls"), column("alone")),
      besideManual: ratio(column("manual"), column("plain")),
    };
  } finally {
    await Promise.all([api.end(), worker.end(), provider.end()]);
  }
}
