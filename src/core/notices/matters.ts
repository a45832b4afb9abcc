/**
 * Decides what staff should know, from facts that stand in rows: whichever process looks, and however often, finds the same. An incident is
 * named by its `occurrence`, so that it is counted once.
 */

import { HOUR, MINUTE } from "../values/duration.ts";
import { type PaymentMethod, readMethodName } from "../values/payment-method.ts";
import { deskMatters, type SoonPromises, type WaitingTasks } from "./desk-matters.ts";

export type Matter = {
  /** Gets one notice an hour at most. Like `channel_paused:sms`. */
  readonly matter: string;
  readonly occurrence: string;
  /** For people: what happened, and what to do. It may hold names of dunlin.yaml and codes of providers. */
  readonly text: string;
};

/** Instants are epoch ms. */
export type PauseFact = {
  readonly kind: "campaign" | "channel" | "shop" | "payment_method";
  /** A payment method is named with its shop, see core/values/payment-method.ts. */
  readonly name: string;
  readonly at: number;
  readonly until: number | null;
  /** Both null: somebody paused it. */
  readonly code: string | null;
  readonly reason: string | null;
};

export type WatchFacts = {
  readonly now: number;
  readonly pauses: readonly PauseFact[];
  /** Channels whose provider does not answer, since when, and the code of the last failure. */
  readonly outages: readonly { readonly channel: string; readonly since: number; readonly code: string }[];
  readonly codes: readonly { readonly channel: string; readonly code: string; readonly firstAt: number }[];
  /** Buyers and retries that are due, and how long the first of them has waited, ms. */
  readonly due: number;
  readonly lagMs: number;
  /** A message was accepted within the hour; how many attempts were not, and their most frequent code. */
  readonly accepted: boolean;
  readonly failed: number;
  readonly failedCode: string | null;
  /** The configured channels. */
  readonly channels: readonly string[];
  readonly waiting: WaitingTasks & SoonPromises;
};

/** A shorter outage passes by itself. */
const OUTAGE_MS = MINUTE;
/** So much must be due before silence is a matter. */
const MUCH = 20;

export function watchMatters(facts: WatchFacts, written: (at: number) => string): readonly Matter[] {
  return [
    ...pauseMatters(facts, written),
    ...outageMatters(facts, written),
    ...silenceMatters(facts),
    ...codeMatters(facts),
    ...deskMatters(facts.waiting, written),
  ];
}

/** A pause by a person is no news. */
function pauseMatters({ pauses }: WatchFacts, written: (at: number) => string): Matter[] {
  return pauses.flatMap(({ kind, name, at, until, code, reason }) => {
    if (code === null) return [];
    const matter = { matter: `${kind}_paused:${name}`, occurrence: String(Math.floor(at)) };
    if (kind === "payment_method")
      return { ...matter, text: heldText(readMethodName(name), written(at), reason ?? "") };
    const command = kind === "channel" ? "channels" : "campaigns";
    const end =
      until === null
        ? `After the repair: dunlin ${command} resume ${name}`
        : `It goes on by itself at ${written(until)}, or by: dunlin ${command} resume ${name}`;
    return {
      ...matter,
      text: `${kind} ${name} paused itself at ${written(at)}: ${reason ?? "at fault"} (${code}). ${end}`,
    };
  });
}

/** As one word of a POSIX shell: nothing in it is expanded or run when staff copy the command. */
const shellWord = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const heldText = ({ shop, method }: PaymentMethod, at: string, why: string): string =>
  `reminders for orders of shop ${shop} with the payment method ${method} are held since ${at}: ${why}. Check that buyers can pay with it, and that payments are reported to Dunlin. Then: dunlin payment-methods resume ${shellWord(method)} --shop ${shellWord(shop)}`;

function outageMatters({ now, outages }: WatchFacts, written: (at: number) => string): Matter[] {
  return outages.flatMap(({ channel, since, code }) =>
    now - since < OUTAGE_MS
      ? []
      : {
          matter: `provider_down:${channel}`,
          occurrence: String(Math.floor(since)),
          text: `the provider of channel ${channel} has not answered since ${written(since)} (${code}). Reminders take the next channel, or wait while they are of use; sending goes on by itself when it answers`,
        },
  );
}

function silenceMatters({ now, due, lagMs, accepted, failed, failedCode, pauses, channels }: WatchFacts): Matter[] {
  if (accepted || isPausedByHand({ pauses, channels })) return [];
  const isWaiting = due >= MUCH && lagMs >= HOUR;
  if (!isWaiting && failed < MUCH) return [];
  const why = isWaiting
    ? `${due} reminders and retries are due, the first for ${Math.floor(lagMs / MINUTE)} minutes: check that a process with the role dispatch runs, and look at dunlin doctor`
    : `${failed} attempts failed, most with the code ${failedCode ?? "none"}: look at dunlin channels list, and at GET /v1/deliveries`;
  return [
    {
      matter: "nothing_sent",
      occurrence: String(Math.floor(now / HOUR)),
      text: `nothing was sent for an hour, though much was due. ${why}`,
    },
  ];
}

/** Somebody paused every channel, and knows that nothing is sent. */
function isPausedByHand({ pauses, channels }: Pick<WatchFacts, "pauses" | "channels">): boolean {
  const paused = new Set(pauses.flatMap(({ kind, name, code }) => (kind === "channel" && code === null ? name : [])));
  return channels.length > 0 && channels.every((name) => paused.has(name));
}

function codeMatters({ codes }: WatchFacts): Matter[] {
  return codes.map(({ channel, code, firstAt }) => ({
    matter: `code_unlisted:${channel}:${code}`,
    occurrence: String(Math.floor(firstAt)),
    text: `the provider of channel ${channel} answers with the code ${code}, which Dunlin does not know: look it up there, and report it to Dunlin`,
  }));
}
