/** The progress of the run: a panel of lines for a terminal, one line for a log. Pure. */
import type { Provider } from "../shop/provider.ts";
import { isTaken } from "../shop/provider.ts";
import type { Reports } from "../shop/reports.ts";
import type { Shop } from "../shop/shop.ts";
import { clock, count, cutTo, padLeft, padTo, type Style } from "./text.ts";
import { CHANNELS, type Seen, STEPS } from "./watch.ts";

export type Figures = {
  /** ms since the first order, and the length of the whole run. */
  readonly elapsed: number;
  readonly length: number;
  readonly placed: number;
  readonly paid: number;
  readonly unpaid: number;
  readonly closed: number;
  readonly events: number;
  readonly twice: number;
  readonly perSecond: number;
  /** `nudge chat` → messages that the provider accepted. */
  readonly sent: ReadonlyMap<string, number>;
  /** Requests that the provider answered with 500 or 429. */
  readonly troubles: number;
  /** Receipts and replies of STOP that Dunlin acknowledged. */
  readonly delivered: number;
  readonly stops: number;
  readonly seen: Seen;
};

export function figuresOf(
  now: number,
  times: Pick<Figures, "elapsed" | "length" | "perSecond">,
  { shop, provider, reports, seen }: { shop: Shop; provider: Provider; reports: Reports; seen: Seen },
): Figures {
  const sum = { paid: 0, unpaid: 0, closed: 0, troubles: 0 };
  for (const { paidAt, closedAt, closesAt } of shop.orders.values()) {
    if (paidAt !== null) sum.paid += 1;
    else if (closedAt !== null || closesAt <= now) sum.closed += 1;
    else sum.unpaid += 1;
  }
  const sent = new Map<string, number>();
  for (const message of provider.log) {
    const key = `${message.step} ${message.channel}`;
    if (isTaken(message)) sent.set(key, (sent.get(key) ?? 0) + 1);
    else sum.troubles += 1;
  }
  const reported = { delivered: reports.delivered.size, stops: reports.stops.size };
  return { ...times, ...shop.sent, ...sum, ...reported, placed: shop.orders.size, sent, seen };
}

const LABEL = 11;
const NUMBER = 9;

/** Twelve lines, none wider than `width`. */
export function panelLines(figures: Figures, width: number, style: Style): string[] {
  const { seen } = figures;
  const line = (label: string, text: string) => cutTo(`  ${style.dim(padTo(label, LABEL))}${text}`, width);
  const numbers = (...cells: string[]) => cells.map((cell) => padLeft(cell, NUMBER)).join("");
  const steps = STEPS.map((step) =>
    line(
      ` ${step}`,
      numbers(
        count(seen.waiting.get(step) ?? 0),
        ...CHANNELS.map((channel) => count(figures.sent.get(`${step} ${channel}`) ?? 0)),
      ),
    ),
  );
  return [
    style.dim("─".repeat(width)),
    progressBar(figures, width, style),
    line(
      "orders",
      `${count(figures.placed)} placed · ${count(figures.paid)} paid · ${style.bold(`${count(figures.unpaid)} unpaid now`)} · ${count(figures.closed)} closed unpaid`,
    ),
    line("events", `${count(figures.events)} sent, ${figures.twice} of them twice · ${figures.perSecond.toFixed(0)}/s`),
    line("reminders", style.dim(numbers("planned", ...CHANNELS.map((channel) => `by ${channel}`)))),
    ...steps,
    line("retries", figures.troubles === 0 ? "none yet" : `${figures.troubles} after a 500 or 429 from the provider`),
    line("receipts", `${count(figures.delivered)} SMS delivered · ${count(figures.stops)} replied STOP and opted out`),
    line("cancelled", `${count(seen.cancelled)}: the order was paid or closed first`),
    line("skipped", skipText(seen)),
    line("recovered", style.green(`${count(seen.recoveredOrders)} orders${amountText(seen)}`)),
  ];
}

function progressBar({ elapsed, length }: Figures, width: number, style: Style): string {
  const label = ` ${clock(elapsed)} of ${clock(length)}  `;
  const room = Math.max(0, Math.min(60, width - label.length - 1));
  const done = Math.round(room * Math.min(1, elapsed / length));
  return `${label}${style.cyan("━".repeat(done))}${style.dim("─".repeat(room - done))}`;
}

export function plainLine(figures: Figures): string {
  const { seen, sent } = figures;
  const total = [...sent.values()].reduce((sum, each) => sum + each, 0);
  const by = CHANNELS.map((channel) => {
    const number = STEPS.reduce((sum, step) => sum + (sent.get(`${step} ${channel}`) ?? 0), 0);
    return `${channel} ${number}`;
  });
  return [
    `${padLeft(clock(figures.elapsed), 5)}  ${figures.placed} orders, ${figures.unpaid} unpaid`,
    `${total} reminded (${by.join(", ")}), ${figures.troubles} retried, ${seen.skipped} skipped`,
    `${figures.delivered} delivered, ${figures.stops} STOP`,
    `${seen.recoveredOrders} recovered${amountText(seen)}`,
    `${figures.perSecond.toFixed(0)} events/s`,
  ].join(" | ");
}

const amountText = ({ recoveredAmount }: Seen): string => (recoveredAmount === "" ? "" : `, ${recoveredAmount}`);

function skipText({ skipped, skips }: Seen): string {
  if (skipped === 0) return "none yet";
  const top = skips.slice(0, 4).map(([reason, number]) => `${reason} ${number}`);
  return [count(skipped), ...top].join(" · ");
}
