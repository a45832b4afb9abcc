/** The story of an order as text for a terminal. Instants carry the shop's offset. */
import { decimalCost } from "../core/values/money.ts";
import { instantWriter, type WriteInstant } from "./instants.ts";
import type { OrderStory, StoryCase, StoryDelivery, StoryEvent, StoryReminder } from "./story.ts";
import { moneyText, payloadJson } from "./story-json.ts";
import { printable } from "./text-table.ts";
import { isSameSecond, latencyText } from "./words.ts";

/** `amount 129.00, closesAt 2026-…, items 2`. */
function payloadText(event: StoryEvent, write: WriteInstant): string {
  return Object.entries(payloadJson(event.told, write))
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join("+") : String(value)}`)
    .join(", ");
}

export function storyText({ zone, order, events, cases, reminders, ending }: OrderStory): string {
  const write = instantWriter(zone);
  const amount = moneyText(order.amount, order.currency);
  const lines = [
    `Order ${order.number === null ? order.id : `${order.number} (${order.id})`} of ${order.shop}: ${order.status}${amount === null ? "" : `, ${amount} ${order.currency}`}`,
  ];
  const times = [
    ["created", order.createdAt],
    ["closes", order.closesAt],
    ["paid", order.paidAt],
    ["refunded", order.refundedAt],
    ["closed", order.closedAt],
  ] as const;
  for (const [name, ms] of times) if (ms !== null) lines.push(`  ${name.padEnd(9)} ${write(ms)}`);
  const parts = [
    ["paid in part", order.partPaid],
    ["refunded in part", order.partRefunded],
  ] as const;
  for (const [name, part] of parts)
    if (part !== null) lines.push(`  ${name}: ${moneyText(part, order.currency)} ${order.currency}`);
  lines.push(`  buyer     ${order.buyer ?? "without an id of the platform"}`);
  if (order.closeReason !== null) lines.push(`  closed because: ${order.closeReason}`);
  if (order.notChased !== null && order.status === "unpaid") lines.push(`  not chased: ${order.notChased}`);
  lines.push("", "Events");
  for (const event of events) lines.push(...eventLines(event, write));
  for (const each of cases) {
    lines.push("", ...caseLines(each, write));
    for (const reminder of reminders) if (reminder.case === each.id) lines.push(...reminderLines(reminder, write));
    for (const { step, text } of each.unplanned) lines.push(`  ${step} is not planned: ${text}`);
  }
  const orphans = reminders.filter((reminder) => !cases.some(({ id }) => id === reminder.case));
  for (const reminder of orphans) lines.push(...reminderLines(reminder, write));
  if (cases.length === 0) lines.push("", "No case: no reminder was ever due for it.");
  lines.push("");
  lines.push(ending.text);
  return `${lines.map(printable).join("\n")}\n`;
}

function eventLines(event: StoryEvent, write: WriteInstant): string[] {
  const late = event.receivedAt - event.occurredAt;
  const arrival =
    Math.abs(late) < 1_000
      ? ""
      : late > 0
        ? `, received ${latencyText(late)} later`
        : `, received ${latencyText(-late)} before`;
  const payload = payloadText(event, write);
  return [
    `  ${write(event.occurredAt)}  ${event.type} (${event.id}${arrival})`,
    ...(payload === "" ? [] : [`      ${payload}`]),
    ...event.warnings.map(({ code, message }) => `      warning: ${message} (${code})`),
  ];
}

function caseLines(each: StoryCase, write: WriteInstant): string[] {
  const end = each.endedAt === null ? "open" : `ended ${write(each.endedAt)}`;
  const by = each.campaign === null ? "no campaign" : `campaign ${each.campaign}`;
  const lines = [`Case opened ${write(each.openedAt)}, ${end}, ${by}`];
  if (each.manualSince !== null) lines.push(`  ${personText(each, each.manualSince, write)}`);
  if (each.keptAt !== null)
    lines.push(`  kept from people since ${write(each.keptAt)} (manual.holdout), so that they can be compared`);
  if (each.orders.length > 1) lines.push(`  of the orders ${each.orders.join(", ")}`);
  if (each.promise !== null) lines.push(`  ${promiseText(each.promise, write)}`);
  if (each.waiting !== null)
    lines.push(`  waits since ${write(each.waiting.since)}: ${each.waiting.text} (${each.waiting.code})`);
  return lines;
}

/** `in a person's hands since …; goes back to the reminders at …` */
function personText({ manual, handBackAt, endedAt }: StoryCase, since: number, write: WriteInstant): string {
  const from = `in a person's hands since ${write(since)}`;
  if (handBackAt === null) return `${from}, and not given back to the reminders`;
  if (!manual) return `${from}; given back to the reminders at ${write(handBackAt)}`;
  return endedAt === null ? `${from}; goes back to the reminders at ${write(handBackAt)}` : `${from} until it ended`;
}

/** `the buyer promised to pay at …: cannot pay online (recorded … by Li)` */
function promiseText({ at, recordedAt, reason, by }: NonNullable<StoryCase["promise"]>, write: WriteInstant): string {
  const why = reason === null ? "" : `: ${reason}`;
  return `the buyer promised to pay at ${write(at)}${why} (recorded ${write(recordedAt)}${by === null ? "" : ` by ${by}`})`;
}

function reminderLines(reminder: StoryReminder, write: WriteInstant): string[] {
  const { reason, variant, namesOrder, moves, anchor, plannedAt } = reminder;
  const name = `${reminder.step ?? "whole case"}${variant === null ? "" : `/${variant}`}`;
  const because = reason === null ? "" : `: ${reason.text} (${reason.code})`;
  const lines = [
    `  ${write(reminder.decidedAt ?? plannedAt)}  ${name} ${stateText(reminder)}${because}${namesOrder ? "" : " (does not name this order)"}`,
  ];
  if (reminder.campaign !== null && reminder.step !== null) {
    const from = anchor === null || isSameSecond(anchor, plannedAt) ? "" : `, first meant for ${write(anchor)}`;
    lines.push(
      `      campaign ${reminder.campaign} (version ${reminder.version ?? "unknown"}), due ${write(plannedAt)}${from}`,
    );
  }
  if (reminder.rule !== null) lines.push(`      ${reminder.rule}`);
  for (const { text } of moves) lines.push(`      ${text}`);
  for (const delivery of reminder.deliveries) {
    lines.push(`      ${deliveryText(delivery, reminder.version, write)}`);
    if (delivery.lookup !== null) lines.push(`        ${delivery.lookup}`);
    for (const line of delivery.text?.split("\n") ?? []) lines.push(`        | ${line}`);
  }
  if (reminder.paused) lines.push("      paused by an operator: it waits, and is skipped when its useful time is over");
  if (reminder.held !== null) {
    const { method, reason } = reminder.held;
    const why = reason === null ? "by an operator" : `because ${reason}`;
    lines.push(
      `      the payment method ${method} is paused ${why}: it waits, and is skipped when its useful time is over`,
    );
  }
  if (reminder.retryAt !== null) lines.push(`      tried again at ${write(reminder.retryAt)}`);
  if (reminder.credited) lines.push("      the payment is credited to it");
  return lines;
}

function stateText({ state, kind }: StoryReminder): string {
  if (state === "planned") return kind === "send" ? "will be sent" : "will be skipped";
  return state === "sending" ? "is being sent" : state;
}

function deliveryText(delivery: StoryDelivery, planned: string | null, write: WriteInstant): string {
  const { channel, attempt, state, latencyMs, template, segments, cost, code, message, deliveredAt } = delivery;
  const { campaignVersion, templateVersion } = delivery;
  const parts = [
    `${channel}, attempt ${attempt}: ${state}${latencyMs === null ? "" : ` after ${latencyText(latencyMs)}`}`,
  ];
  if (code !== null || message !== null) parts.push([code, message].filter((each) => each !== null).join(": "));
  if (campaignVersion !== null && campaignVersion !== planned) parts.push(`campaign version ${campaignVersion}`);
  if (template !== null)
    parts.push(`template ${template}${templateVersion === null ? "" : ` (version ${templateVersion})`}`);
  if (segments !== null) parts.push(`${segments} ${segments === 1 ? "segment" : "segments"}`);
  if (cost !== null) parts.push(`${decimalCost(cost).amount} ${cost.currency}`);
  if (deliveredAt !== null) parts.push(`delivered ${write(deliveredAt)}`);
  return `${write(delivery.claimedAt)}  ${parts.join(", ")}`;
}
