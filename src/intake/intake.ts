/**
 * Intake: takes events of any origin, and makes durable facts of them. Requests, jobs and files that arrive at the same time share
 * transactions (group commit), so that single events cost little more than arrays. When `submit` resolves, the events that it counts as
 * accepted or duplicate are committed. It rejects when the database is down, and then answers for none of its events.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Rejection } from "../core/order/event.ts";
import type { Warning } from "../core/order/warnings.ts";
import { groupCommit } from "../db/group-commit.ts";
import { isDataFault } from "../db/transaction.ts";
import { createAside, type Locked, withoutLocked } from "./aside.ts";
import type { IntakeDeps } from "./deps.ts";
import { type Prepared, type PrepareEnv, prepare } from "./prepare.ts";
import { type TakenIn, takeIn, takeInBisected } from "./take-in.ts";

export type RejectedEvent = Rejection & { readonly index: number; readonly id: string | null };

export type EventWarning = Warning & { readonly index: number; readonly id: string };

export type IntakeReport = {
  readonly accepted: number;
  readonly duplicates: number;
  /** `index` counts from 0 in what was submitted. */
  readonly rejected: readonly RejectedEvent[];
  /** About events that were accepted, now or before. */
  readonly warnings: readonly EventWarning[];
};

export type Intake = {
  submit(inputs: readonly unknown[]): Promise<IntakeReport>;
  /** Events not yet answered. */
  readonly pending: number;
};

/** Events in one transaction: more would cost memory and lock time, and gain nothing. */
const MAX_EVENTS = 2_000;
/** Transactions at a time: one computes while the other waits for the database. */
const LANES = 2;
/** Waiting events, for a second transaction to begin: a statement for fewer costs nearly as much as one for so many (measured). */
const ENOUGH_EVENTS = 200;

/** Events that are checked in one go: at most some 20 ms, if each has a fault. */
const EVENTS_A_TURN = 1_000;

const UNSTORABLE = {
  code: "invalid_event",
  message: "event: holds a value that the database does not take; see the log of this process",
};

/** For one submitted list: a verdict for each event, or why it could not be given. */
type Answer = { readonly verdicts: readonly TakenIn[] } | { readonly error: unknown };

/** Takes in several lists in one transaction. If one of them cannot be taken in, each is taken in by itself, so that it blocks no other. */
async function takeInLists(deps: IntakeDeps, lists: readonly (readonly Prepared[])[]): Promise<Answer[]> {
  try {
    const verdicts = await takeIn(deps, lists.flat());
    let at = 0;
    return lists.map((list) => {
      at += list.length;
      return { verdicts: verdicts.slice(at - list.length, at) };
    });
  } catch (error) {
    if (!isDataFault(error)) throw error;
    const answers: Answer[] = [];
    for (const list of lists)
      answers.push(
        await takeInBisected(deps, list).then(
          (verdicts) => ({ verdicts }),
          (fault: unknown) => ({ error: fault }),
        ),
      );
    return answers;
  }
}

/**
 * The order and the buyer of an event. Two transactions about the same ones would wait for each other, or deadlock, and run again. Between
 * processes that is rare; between the lanes of one process it would be the rule.
 */
function keysOf({ shop, orderId, platformId, contacts }: Prepared): string[] {
  const keys = [`o${shop}\n${orderId}`];
  if (platformId !== null) keys.push(`p${shop}\n${platformId}`);
  for (const { key } of contacts) keys.push(`c${key}`);
  return keys;
}

export function createIntake(deps: IntakeDeps): Intake {
  const env: PrepareEnv = { shopOf: deps.shopOf, vault: deps.vault };
  const early = new WeakMap<Prepared, Warning>();
  const own: IntakeDeps = { ...deps, early: (event, warning) => void early.set(event, warning) };
  const take = (lists: readonly (readonly Prepared[])[]) => withoutLocked(own, lists, (some) => takeInLists(own, some));
  const aside = createAside<Answer>(own, keysOf, take);
  const commit = groupCommit<readonly Prepared[], Answer | Locked>({
    max: MAX_EVENTS,
    lanes: LANES,
    enough: ENOUGH_EVENTS,
    sizeOf: (events) => events.length,
    keysOf: (events) => events.flatMap(keysOf),
    run: take,
  });
  const submit = async (events: readonly Prepared[]): Promise<Answer> => {
    if (aside.holds(events)) return aside.submit(events);
    const answer = await commit.submit(events);
    return "locked" in answer ? aside.submit(events) : answer;
  };
  return {
    get pending() {
      return commit.pending + aside.pending;
    },
    async submit(inputs) {
      const ready: Prepared[] = [];
      const places: number[] = [];
      const rejected: RejectedEvent[] = [];
      const warnings: EventWarning[] = [];
      for (const [index, input] of inputs.entries()) {
        // To word the faults of a hundred thousand events takes seconds: other requests have their turn meanwhile.
        if (index > 0 && index % EVENTS_A_TURN === 0) await nextTurn();
        const result = prepare(env, input);
        if (result.ok) {
          ready.push(result.prepared);
          places.push(index);
        } else rejected.push({ index, id: result.id, ...result.rejection });
      }
      const chunks: Promise<Answer>[] = [];
      for (let at = 0; at < ready.length; at += MAX_EVENTS) chunks.push(submit(ready.slice(at, at + MAX_EVENTS)));
      let accepted = 0;
      let unstorable = 0;
      let at = 0;
      for (const answer of await Promise.all(chunks)) {
        if ("error" in answer) throw answer.error;
        for (const verdict of answer.verdicts) {
          const index = places[at] ?? 0;
          const event = ready[at++];
          if (verdict === "accepted") accepted++;
          if (verdict === "unstorable") {
            unstorable++;
            rejected.push({ index, id: event?.id ?? null, ...UNSTORABLE });
          } else if (event !== undefined) {
            for (const warning of event.warnings) warnings.push({ index, id: event.id, ...warning });
            const ahead = early.get(event);
            if (ahead !== undefined) warnings.push({ index, id: event.id, ...ahead });
          }
        }
      }
      if (unstorable > 0) rejected.sort((a, b) => a.index - b.index);
      return { accepted, duplicates: ready.length - accepted - unstorable, rejected, warnings };
    },
  };
}
