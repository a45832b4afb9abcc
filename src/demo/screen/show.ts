/** The output before, during and after the run. */
import { setTimeout as pause } from "node:timers/promises";
import { formatDuration } from "../../core/values/duration.ts";
import type { Sql } from "../../db/client.ts";
import { checkLog, faultsOf, lateMessages } from "../check.ts";
import {
  checkLine,
  claimTimes,
  countOptOuts,
  orderToShow,
  peopleLine,
  peopleOf,
  report,
  reportText,
  storyOf,
  wonByPerson,
} from "../closing.ts";
import { CAMPAIGN, HOLDOUT, MANUAL_FROM, SHOP } from "../files.ts";
import type { Scene } from "../scene.ts";
import type { Person } from "../shop/person.ts";
import { PERSON } from "../shop/person.ts";
import type { Shop } from "../shop/shop.ts";
import { figuresOf, panelLines, plainLine } from "./panel.ts";
import { createSampler } from "./samples.ts";
import { block, blockWidth, wrap } from "./text.ts";
import { requestsToTry, type Watch } from "./watch.ts";

const REDRAW_MS = 200;
const LINE_MS = 5_000;
/** Events per second are averaged over this time. */
const RATE_MS = 3_000;
/** Reminders due at the last moment need a little time to be decided. */
const SETTLE_MS = 8_000;

export function banner({ screen, place, pace, cast, provider, url, apiKey }: Scene): string[] {
  const { style } = screen;
  const orders = cast.reduce((sum, buyer) => sum + buyer.orders.length, 0);
  const time = (ms: number) => formatDuration(ms);
  const entries = [
    [
      "shop",
      `${cast.length} simulated buyers place ${orders} orders within ${time(pace.arrivals)}; each order closes after ${time(pace.closeAfter)}`,
    ],
    ["Dunlin", `${url}: API, workers, queue and PostgreSQL in this process, data in ${place.dir}`],
    ["console", `${url}/ in a browser; sign in with the API key ${apiKey}`],
    [
      "campaign",
      `${CAMPAIGN}: nudge ${time(pace.nudge)} after the order, last-call ${time(pace.lastCall)} before it closes; ${HOLDOUT} held out; from ${MANUAL_FROM} CNY on a person calls: ${PERSON}, simulated, is on shift`,
    ],
    [
      "provider",
      `${provider.origin}: simulated; accepts chat and SMS, answers a few requests with 500 or 429, reports what was delivered, and passes on buyers' STOP`,
    ],
    ["takes", `about ${time(Math.ceil((pace.length + 3_000) / 5_000) * 5_000)}; Ctrl-C ends it at any time`],
  ] as const;
  const width = Math.min(120, screen.width);
  return [
    ...entries.flatMap(([label, text]) =>
      wrap(text, width - 13).map((line, n) => `  ${style.dim((n === 0 ? label : "").padEnd(10))} ${line}`),
    ),
    "",
  ];
}

/** Redraws the panel, or prints a line now and then, and shows messages as they are sent. */
export function showProgress(scene: Scene, shop: Shop, watch: Watch, length: number): { stop(): Promise<void> } {
  const { screen, provider, reports } = scene;
  const startedAt = Date.now();
  const sampler = createSampler(shop.orders, startedAt, { style: screen.style, width: () => screen.width });
  provider.onTaken((message) => {
    const lines = sampler.show(message);
    if (lines !== null) screen.say(...lines);
  });
  const marks: { readonly at: number; readonly events: number }[] = [{ at: startedAt, events: 0 }];
  let last = "";
  const draw = (): void => {
    const now = Date.now();
    marks.push({ at: now, events: shop.sent.events });
    while (marks.length > 2 && now - (marks[1]?.at ?? now) >= RATE_MS) marks.shift();
    const [oldest] = marks;
    const perSecond =
      oldest === undefined || now === oldest.at ? 0 : ((shop.sent.events - oldest.events) * 1_000) / (now - oldest.at);
    const times = { elapsed: Math.min(now - startedAt, length), length, perSecond };
    const figures = figuresOf(now, times, { shop, provider, reports, seen: watch.seen });
    if (screen.live) screen.panel(panelLines(figures, screen.width, screen.style));
    else {
      const line = plainLine(figures);
      if (line !== last) screen.say(line);
      last = line;
    }
  };
  if (screen.live) draw();
  const timer = setInterval(draw, screen.live ? REDRAW_MS : LINE_MS);
  return {
    async stop() {
      clearInterval(timer);
      await watch.look().catch(() => watch.seen);
      draw();
    },
  };
}

/** Prints report, story and check. `false`: Dunlin's figures and the logs do not agree. */
export async function conclude(scene: Scene, shop: Shop, person: Person, sql: Sql): Promise<boolean> {
  const { screen, provider, reports } = scene;
  const { bold, green, yellow } = screen.style;
  const width = screen.terminal ? screen.width : null;
  const show = (text: string) => block(text, width);
  const until = Date.now() + SETTLE_MS;
  const isOpen = ({ pending, delivered }: Awaited<ReturnType<typeof report>>["totals"]) =>
    pending > 0 || delivered < reports.delivered.size;
  while (isOpen((await report(sql)).totals) && Date.now() < until) await pause(200);
  const { totals } = await report(sql);
  screen.settle();
  screen.say(
    "",
    bold("The recovery report"),
    "",
    ...show(await reportText(sql, width === null ? undefined : blockWidth(width))),
  );
  screen.say("", ...show("(These buyers are simulated.)"));
  const people = await peopleOf(sql);
  screen.say("", bold("The person on shift: dunlin desk report"), "", ...show(peopleLine(people)));

  const order = orderToShow(provider.log, shop.orders);
  const story = order === null ? null : await storyOf(sql, scene.vault, order);
  if (story !== null) screen.say("", bold(`One order: dunlin explain ${order} --shop ${SHOP}`), "", ...show(story));

  const late = lateMessages(provider.log, shop.orders, reports.stops);
  const verdict = checkLog(provider.log, shop.orders, await claimTimes(sql, late), reports.stops);
  const reported = {
    ...totals,
    optOuts: await countOptOuts(sql, scene.vault),
    byPeople: people?.recoveredOrders ?? 0,
  };
  const faults = faultsOf(verdict, reported, {
    refused: provider.refused,
    reports,
    byPeople: wonByPerson(person.reached, shop.orders),
  });
  const line = checkLine(verdict);
  screen.say("", ...(width === null ? [line] : wrap(line, width)).map(faults.length === 0 ? green : yellow));
  if (verdict.crossed > 0)
    screen.say(
      ...show(`(${verdict.crossed} were already sent when the payment or the STOP came, which no sender can prevent)`),
    );
  if (faults.length === 0)
    screen.say(
      ...show(
        `from the provider's log and the shop's books; Dunlin also reports ${totals.sent} sent, ${totals.delivered} of them delivered, ${reported.optOuts} opted out by reply and ${totals.recoveredOrders} orders recovered`,
      ),
    );
  for (const fault of faults) screen.say(...show(`wrong: ${fault}`).map(yellow));
  return faults.length === 0;
}

export function farewell({ screen, provider, place, url, apiKey }: Scene, shop: Shop): string[] {
  const { bold } = screen.style;
  const order = orderToShow(provider.log, shop.orders) ?? "";
  return [
    "",
    bold(`Still serving at ${url} until Ctrl-C. Try:`),
    "",
    ...requestsToTry(url, apiKey, SHOP, order).map((line) => `  ${line}`),
    "",
    ...wrap(
      `The key belongs to this demo only. ${place.kept ? `The data stays in ${place.dir}.` : "At the end all data is deleted."}`,
      screen.width,
    ),
  ];
}
