/** Intake and dispatchers on one database with a clock of its own, and channels that answer as the test says and keep the messages. */
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Channel, Message, SendOutcome } from "../../src/core/seams/channel.ts";
import type { Campaign, ShopPolicy } from "../../src/core/values/policy.ts";
import type { DispatchDeps } from "../../src/dispatch/deps.ts";
import { createDispatcher } from "../../src/dispatch/dispatcher.ts";
import type { Pacer } from "../../src/dispatch/limits/pacer.ts";
import { createSlotClock } from "../../src/dispatch/limits/slot-clock.ts";
import { pacerOf } from "../../src/dispatch/limits/slots.ts";
import { takeIn } from "../../src/intake/take-in.ts";
import { buildCatalog } from "../../src/render/catalog/catalog.ts";
import { inProcessChannel } from "./in-process-channel.ts";
import { intakeDeps } from "./intake.ts";

export { receivedEvent } from "./intake.ts";
export { T0 } from "./rules.ts";

const filesOf = (text: (channel: string) => string, channels: readonly string[] = ["chat", "sms"]) =>
  new Map([
    [
      "default/campaign.yaml",
      `name: Default\nsteps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [${channels}] }\n  - { id: last-call, at: { beforeClose: 30m }, channels: [${channels.toReversed()}] }\n`,
    ],
    ...["nudge", "last-call"].flatMap((step) =>
      channels.map((channel): [string, string] => [`default/${step}.${channel}.en.hbs`, text(channel)]),
    ),
  ]);

/** While the database's clock stands still, slots do not pass: none is lost on a busy machine, and the counts of tests are exact. */
async function slotPassed(slotAt: number): Promise<boolean> {
  const wait = slotAt - performance.now();
  if (wait > 1) await pause(wait);
  return true;
}

export async function dispatchSetup(
  options: {
    answer?: (message: Message) => SendOutcome | Promise<SendOutcome>;
    hang?: boolean;
    ratePerSecond?: number;
    /** The price of a segment on every channel. */
    cost?: Channel["cost"];
    /** By channel, before `ratePerSecond`. */
    rates?: Readonly<Record<string, number | null>>;
    campaign?: Partial<Campaign>;
    shop?: Partial<ShopPolicy>;
    breakerTimes?: DispatchDeps["breakerTimes"];
    /** Further shops with the same policy. */
    otherShops?: readonly string[];
    /** The text of every step, by channel. */
    text?: (channel: string) => string;
    /** Those of the first step, and in the other order of the last. */
    channels?: readonly string[];
  } = {},
) {
  const files = filesOf(options.text ?? (() => "Order {{order.id}}: {{total}}"), options.channels);
  const catalog = buildCatalog(
    files,
    { channels: ["sms", "chat", "whatsapp", "email", ...(options.channels ?? [])] },
    "templates",
  );
  if (!catalog.ok) throw new Error(catalog.faults.join("\n"));
  const base = await intakeDeps({
    ...(options.shop === undefined ? {} : { shop: options.shop }),
    ...(options.otherShops === undefined ? {} : { otherShops: options.otherShops }),
    campaigns: catalog.catalog.campaigns.map((campaign) => ({ ...campaign, ...options.campaign })),
  });
  const sent: Message[] = [];
  const rateOf = (name: string) => options.rates?.[name] ?? options.ratePerSecond ?? null;
  const channel = (name: string, contacts: Channel["contacts"], ratePerSecond = rateOf(name)): Channel =>
    inProcessChannel({ name, contacts, ratePerSecond, cost: options.cost ?? null }, (message) => {
      sent.push(message);
      return options.hang === true ? new Promise(() => {}) : options.answer?.(message);
    });
  const channels = new Map([
    ["sms", channel("sms", ["phone"])],
    ["chat", channel("chat", ["chat"])],
    ["whatsapp", channel("whatsapp", ["chat.whatsapp", "phone"])],
    ["email", channel("email", ["email"])],
  ]);
  let runs = false;
  const bySlots = pacerOf({ sql: base.database.sql, channels, slotClock: createSlotClock() });
  const pacer: Pacer = {
    soon: async (name, slotAt, aheadMs) => (runs ? bySlots.soon(name, slotAt, aheadMs) : undefined),
    ready: (name, slotAt, until) => (runs ? bySlots.ready(name, slotAt, until) : slotPassed(slotAt)),
  };
  const deps: DispatchDeps = {
    pacer,
    sql: base.database.sql,
    vault: base.vault,
    shopOf: base.shopOf,
    policy: () => base.policy,
    catalog: () => catalog.catalog,
    channels,
    ...(options.breakerTimes === undefined ? {} : { breakerTimes: options.breakerTimes }),
    log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
  };
  const another = () => {
    const dispatcher = createDispatcher(deps);
    if (options.hang !== true) onTestFinished(() => dispatcher.stop());
    return dispatcher;
  };
  const dispatcher = another();
  return {
    ...base,
    sent,
    dispatch: deps,
    /** From now on the channel has no rate, as after a restart with another configuration. */
    unlimit: (name: string) => void channels.set(name, channel(name, [name === "sms" ? "phone" : "chat"], null)),
    /** From now on this channel is used under its name. */
    use: (other: Channel) => void channels.set(other.name, other),
    /** From now on the database's clock runs, from `from`. Returns a function from its instants to those of this machine. */
    runClock: async (from: number) => {
      const begun = Date.now();
      runs = true;
      await base.database.sql.unsafe(`
        create or replace function dunlin_now() returns timestamptz language sql volatile as
        $$ select '${new Date(from).toISOString()}'::timestamptz + (clock_timestamp() - '${new Date(begun).toISOString()}'::timestamptz) $$`);
      return (at: number) => begun + (at - from);
    },
    dispatcher,
    another,
    at: base.database.setNow,
    receive: (...events: readonly unknown[]) => takeIn(base.deps, base.ready(events)),
    drain: async () => {
      const taken = await dispatcher.drain();
      await dispatcher.settled();
      return taken;
    },
  };
}
