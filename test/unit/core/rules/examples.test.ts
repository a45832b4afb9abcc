/** Runs every worked example of docs/rules.md: the document states the facts and the decisions, the rules must come to the same. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { buildShops } from "../../../../src/config/shops.ts";
import { parseCampaignFile } from "../../../../src/core/campaign/campaign-file.ts";
import type { EventType, OrderPayload } from "../../../../src/core/order/event.ts";
import type { Decision } from "../../../../src/core/rules/buyer-state.ts";
import { parseDuration } from "../../../../src/core/values/duration.ts";
import { parseInstant } from "../../../../src/core/values/instant.ts";
import type { Campaign, QuietHours } from "../../../../src/core/values/policy.ts";
import { REASONS } from "../../../../src/core/values/reason.ts";
import { type Buyer, buyerOf, orderEvent, quietOf } from "../../../support/rules.ts";

type Keys = Record<string, unknown>;
type Example = {
  readonly campaign?: Keys;
  readonly campaigns?: Readonly<Record<string, Keys>>;
  readonly shop?: {
    readonly closeAfter?: string;
    readonly quietHours?: { readonly from: string; readonly to: string } | "absent";
  };
  readonly buyer?: { readonly contacts?: readonly string[] };
  readonly events: readonly string[];
  readonly decisions: readonly string[];
};

const text = readFileSync("docs/rules.md", "utf8");
const sections = [...text.matchAll(/^## Rule (\d+): .*$/gm)].map((heading) => Number(heading[1]));
const examples = [...text.matchAll(/^```yaml\n# Example ([\d.]+): (.*)\n([\s\S]*?)^```$/gm)].map(
  ([, number = "", title = "", body = ""]) => ({ number, title, example: parse(body) as Example }),
);

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** `20:10`, `20:10:30`, `Wed 08:00` in the week of 9 November 2026 in Shanghai, Tuesday where no day is named; or an instant with an offset. */
function momentOf(text: string): number {
  const [, day = "Tue", clock = ""] = /^(?:(\w{3}) )?(\d\d:\d\d(?::\d\d)?)$/.exec(text) ?? [];
  const date = 9 + DAYS.indexOf(day);
  const time = clock.length === 5 ? `${clock}:00` : clock;
  const instant = clock === "" ? text : `2026-11-${String(date).padStart(2, "0")}T${time}+08:00`;
  const ms = parseInstant(instant);
  if (ms === null) throw new Error(`${text}: is no time`);
  return ms;
}

const TIME = String.raw`(?:\w{3} )?\d\d:\d\d(?::\d\d)?|\d{4}-\S+`;

/** `key value` pairs, separated by commas. */
function payloadOf(pairs: string): Partial<OrderPayload> {
  const order: Record<string, unknown> = {};
  for (const pair of pairs.split(/, /).filter(Boolean)) {
    const [key = "", ...rest] = pair.split(" ");
    const value = rest.join(" ");
    if (key === "closes") order.closesAt = momentOf(value);
    else if (key === "created") order.createdAt = momentOf(value);
    else if (key === "amount") order.amount = value;
    else if (key === "currency") order.currency = value;
    else if (key === "tags") order.tags = rest;
    else if (key === "method") order.paymentMethod = value;
    else if (key === "shipped") order.shipped = value === "true";
    else if (key === "balance") {
      const [from = "", to = ""] = value.split(" to ");
      order.presale = { depositPaid: true, balanceFrom: momentOf(from), balanceTo: momentOf(to) };
    } else throw new Error(`${pair}: is not understood`);
  }
  return order;
}

const SHORT = { steps: [{ id: "nudge", at: { afterCreated: "10m" }, channels: ["sms"] }] };

function campaignsOf({ campaign, campaigns }: Example): Campaign[] {
  return Object.entries(campaigns ?? { main: campaign ?? {} }).map(([key, keys]) => {
    const parsed = parseCampaignFile(key, stringify({ ...SHORT, ...keys }), null);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return { ...parsed.value, version: "1" };
  });
}

function happen(buyer: Buyer, line: string, campaigns: readonly Campaign[], number: number): void {
  const [, time = "", what = "", rest = ""] = new RegExp(`^(${TIME}) (\\w+) ?(.*)$`).exec(line) ?? [];
  const at = momentOf(time);
  switch (what) {
    case "created":
    case "updated":
    case "paid":
    case "closed":
    case "refunded": {
      const [id = "", ...pairs] = rest.split(", ");
      const known = what === "created" ? { amount: "10.00", currency: "CNY", createdAt: at } : {};
      const order = { id, ...known, ...payloadOf(pairs.join(", ")) };
      buyer.receive(at, orderEvent(`e${number}`, `order.${what}` as EventType, at, order));
      return;
    }
    case "contact":
    case "suppressed":
      buyer.setFacts(at, { contact: rest, suppressed: what === "suppressed" });
      return;
    case "zone":
      buyer.setFacts(at, { zone: rest });
      return;
    case "tier":
      buyer.setFacts(at, { tier: rest });
      return;
    case "promise":
      buyer.promise(at, momentOf(rest));
      return;
    case "held":
      buyer.hold(at, momentOf(rest.replace(/^until /, "")));
      return;
    case "released":
      buyer.hold(at, at);
      return;
    case "pause":
    case "resume":
      buyer.touch(
        at,
        campaigns.map((campaign) => ({ ...campaign, paused: what === "pause" })),
        true,
      );
      return;
    default:
      throw new Error(`${line}: is not understood`);
  }
}

function decided({ kind, channel, reason, step, orders }: Decision): string {
  const what = kind === "send" ? `send ${step} by ${channel}` : `skip ${step ?? "case"} as ${reason}`;
  return `${what} (${orders.join(", ")})`;
}

/** The same form for both sides: a line of the document may write its time in any way. */
const inUtc = (at: number, what: string) => `${new Date(at).toISOString()} ${what}`;

function expected(line: string): string {
  const [, time = "", what = ""] = new RegExp(`^(${TIME}) (.*)$`).exec(line) ?? [];
  return inUtc(momentOf(time), what);
}

/** `absent`: those of a shop whose entry in dunlin.yaml sets none. */
const quietHoursOf = (quiet: NonNullable<NonNullable<Example["shop"]>["quietHours"]>): QuietHours | null =>
  quiet === "absent" ? (buildShops({ acme: {} }).shop("acme")?.quietHours ?? null) : quietOf(quiet.from, quiet.to);

function run(example: Example): string[] {
  const { closeAfter, quietHours } = example.shop ?? {};
  const campaigns = campaignsOf(example);
  const shop = {
    closeAfter: closeAfter === undefined ? null : parseDuration(closeAfter),
    quietHours: quietHours === undefined ? null : quietHoursOf(quietHours),
  };
  const buyer = buyerOf({ campaigns, shop, contacts: example.buyer?.contacts ?? ["phone"] });
  for (const [number, line] of example.events.entries()) happen(buyer, line, campaigns, number);
  return buyer.run().out.map((decision) => inUtc(decision.at, decided(decision)));
}

describe("docs/rules.md", () => {
  it("has the rules 1 to 16 in order", () => {
    expect(sections).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });

  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16])("has an example for rule %i", (rule) => {
    expect(examples.filter(({ number }) => number.startsWith(`${rule}.`))).not.toEqual([]);
  });

  it("reads every yaml block that states decisions as an example", () => {
    expect(examples).toHaveLength(text.match(/^decisions:/gm)?.length ?? 0);
    expect(new Set(examples.map(({ number }) => number)).size).toBe(examples.length);
  });

  it.each(examples)("example $number: $title", ({ example }) => {
    expect(run(example)).toEqual(example.decisions.map(expected));
  });

  it("lists every reason once", () => {
    const table = text.slice(text.indexOf("## Reasons"));
    const listed = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, reason]) => reason);
    expect(listed.sort()).toEqual([...REASONS].sort());
  });
});
