/** The circuit breakers of all channels, and how claims and sends see the channels that are open. */
import type { BuyerPolicy } from "../../core/rules/buyer-state.ts";
import { type Channel, NOT_BEGUN, type SendOutcome } from "../../core/seams/channel.ts";
import { BREAKER_TIMES, type Breaker, type BreakerTimes, createBreaker } from "./breaker.ts";

type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};
type HeldBack = Extract<SendOutcome, { kind: "failed-transient" }>;

/** A channel that has been down for `ms`. `code`: that of the last send that failed. */
export type Down = { readonly channel: string; readonly ms: number; readonly code: string };

export type Breakers = {
  /** null: such a channel is not configured. */
  of(channel: string): Breaker | null;
  /** The channels that are not closed. */
  open(): ReadonlySet<string>;
  down(): readonly Down[];
  /** Those of them that a probe may be sent to now. */
  toProbe(): readonly string[];
  /** The policy as it is now: open channels are paused, those that are down are passed over, but for `except`. */
  policy(base: BuyerPolicy, except?: string | null): BuyerPolicy;
  /** The outcome of a send that was claimed before its channel opened: the provider is not called for it. null: it may go. */
  before(job: { readonly channel: string; readonly askedAt: number }): HeldBack | null;
  answered(channel: string, outcome: SendOutcome, begunAt: number): void;
};

export function createBreakers(
  { channels, log }: { readonly channels: ReadonlyMap<string, Channel>; readonly log: Log },
  times: BreakerTimes = BREAKER_TIMES,
): Breakers {
  const breakers = new Map<string, Breaker>();
  const codes = new Map<string, string>();
  const of = (name: string): Breaker | null => {
    const known = breakers.get(name);
    if (known !== undefined) return known;
    if (!channels.has(name)) return null;
    const breaker = createBreaker((open) => {
      const fields = { channel: name, code: codes.get(name) };
      if (open)
        log.warn(fields, "the provider does not answer: only probes are sent, and reminders of the channel wait");
      else log.info({ channel: name }, "the provider answers again");
    }, times);
    breakers.set(name, breaker);
    return breaker;
  };
  const notClosed = () =>
    [...breakers].flatMap(([name, breaker]) => {
      const outage = breaker.outage();
      return outage === null ? [] : [{ name, breaker, ...outage }];
    });

  return {
    of,
    open: () => new Set(notClosed().map(({ name }) => name)),
    down: () =>
      notClosed().flatMap(({ name: channel, breaker, isDown }) =>
        isDown ? [{ channel, ms: breaker.openMs(), code: codes.get(channel) ?? "" }] : [],
      ),
    toProbe: () => notClosed().flatMap(({ name, breaker, isDown }) => (isDown && breaker.isTrying() ? [name] : [])),
    policy(base, except = null) {
      const open = notClosed();
      if (open.length === 0) return base;
      const down = open.filter(({ name, isDown }) => isDown && name !== except);
      return {
        ...base,
        pausedChannels: new Set([...(base.pausedChannels ?? []), ...open.map(({ name }) => name)]),
        faultyChannels: new Map([
          ...(base.faultyChannels ?? []),
          ...down.map(({ name }): [string, string | null] => [name, channels.get(name)?.fallback ?? null]),
        ]),
      };
    },
    before({ channel, askedAt }) {
      return breakers.get(channel)?.holdsBack(askedAt) === true ? HELD_BACK : null;
    },
    answered(channel, outcome, begunAt) {
      const answer = answerOf(outcome);
      if (answer === "none") return;
      if (answer === "failure" && outcome.kind !== "accepted") codes.set(channel, outcome.code);
      of(channel)?.answered(answer === "success", begunAt);
    },
  };
}

const HELD_BACK: HeldBack = {
  kind: "failed-transient",
  code: "provider_down",
  message: "the provider did not answer the sends before it; nothing was sent",
  retryAfterMs: null,
};

/** Codes of failures in which the provider had no part. */
const OURS: ReadonlySet<string> = new Set([NOT_BEGUN, "closed"]);

/** Whether the provider works: it does when it refuses a message, a number or the whole channel. `none`: it was not asked. */
function answerOf(outcome: SendOutcome): "success" | "failure" | "none" {
  if (outcome.kind === "unknown") return "failure";
  if (outcome.kind !== "failed-transient" || outcome.ofAddress === true) return "success";
  return OURS.has(outcome.code) ? "none" : "failure";
}
