/** Sends a claimed reminder over its channel and records the outcome: like src/dispatch/send.ts and record.ts. */
import { usableChannel } from "../../../../src/core/rules/buyer-state.ts";
import { startBy } from "../../../../src/core/rules/decide.ts";
import { type AttemptEnd, endOfFailed, endOfTooLate, endOfUnknown } from "../../../../src/core/rules/retry.ts";
import type { SendOutcome } from "../../../../src/core/seams/channel.ts";
import { channelsFrom } from "../../../../src/core/seams/channel-order.ts";
import { MINUTE } from "../../../../src/core/values/duration.ts";
import { leaseMs } from "../../../../src/dispatch/deps.ts";
import type { Job, Process, Sim } from "../types.ts";
import { planAnewWithout, setDelivery, setReminder } from "../world/store.ts";
import { scheduleLookup } from "./lookups.ts";
import { crash, databaseNow, pause, transact, within, write } from "./process.ts";
import { call } from "./provider.ts";

type End = AttemptEnd | { readonly state: "accepted"; readonly reminder: "sent" };

function sendClaimed(sim: Sim, process: Process, job: Job): void {
  const { dice, scene, store, loop, trace } = sim;
  const channel = scene.channels.get(job.channel);
  if (channel === undefined) throw new Error(`no channel ${job.channel}`);
  if (dice.hit("process paused")) pause(sim, process, dice.int(100, 20_000));
  if (dice.hit("process paused longer than a lease"))
    pause(sim, process, leaseMs(scene.channels) + dice.int(-15_000, MINUTE));
  const wait = dice.hit("send waits in the process") ? dice.int(1_000, 60_000) : dice.int(0, 100);
  within(sim, process, wait, () => {
    // A message that may be sent again is stored before it is sent.
    if (channel.idempotent === true && !job.repeated) {
      if (job.delivery.state !== "claimed" || dice.hit("transaction aborted")) {
        const outcome: SendOutcome = { kind: "failed-transient", code: "not_stored", message: "", retryAfterMs: null };
        record(sim, process, job, endOf(sim, job, outcome));
        return;
      }
      setDelivery(store, job.delivery, { stored: true });
    }
    if (loop.now > startBy(job, leaseMs(scene.channels), channel.timeoutMs)) {
      trace.note(job.buyer, `${job.reminder.id} cannot leave in time`);
      record(
        sim,
        process,
        job,
        job.repeated ? unknownEnd(sim, job, 0) : endOfTooLate({ ...job, now: nowOf(sim, job) }),
      );
      return;
    }
    sim.checks.left(job);
    if (dice.hit("crash during call")) loop.after(dice.int(0, 500), () => crash(sim, process, "during a call"));
    let answered = false;
    const answer = (outcome: SendOutcome): void => {
      if (answered) return;
      answered = true;
      trace.note(job.buyer, `${job.reminder.id} ${job.delivery.id} ${outcome.kind}`);
      const end = endOf(sim, job, outcome);
      if (dice.hit("crash between answer and record")) {
        crash(sim, process, "before it recorded an answer");
        return;
      }
      record(sim, process, job, end);
      if (dice.hit("answer doubled")) record(sim, process, job, end);
    };
    const { life } = process;
    call(sim, job, (ms, outcome) => {
      // The answer goes to the connection of the process that called.
      if (process.life === life) within(sim, process, ms, () => answer(outcome));
    });
    within(sim, process, channel.timeoutMs, () => answer({ kind: "unknown", code: "timeout", message: "" }));
  });
}

/** The database's time now, as the process knows it. */
const nowOf = ({ loop }: Sim, { claimedAt, askedAt }: Job): number => claimedAt + (loop.now - askedAt);

/** Like src/dispatch/outcomes.ts. */
function endOf(sim: Sim, job: Job, outcome: SendOutcome): End {
  if (outcome.kind === "accepted") return { state: "accepted", reminder: "sent" };
  const isIdempotent = sim.scene.channels.get(job.channel)?.idempotent === true;
  if (outcome.kind === "unknown") return unknownEnd(sim, job, isIdempotent ? 0 : null);
  if (job.repeated)
    return unknownEnd(sim, job, outcome.kind === "failed-transient" ? (outcome.retryAfterMs ?? 0) : null);
  const step = job.campaign.steps.find(({ id }) => id === job.step);
  const channels = step === undefined ? [] : channelsFrom(sim.scene.channels, step, job.channel).slice(1);
  const policy = { channels: new Map([...sim.scene.channels].map(([name, { contacts }]) => [name, contacts])) };
  const next =
    step === undefined ? null : usableChannel({ ...step, channels }, { contacts: job.contacts }, policy).channel;
  return endOfFailed({ ...job, outcome, next, now: nowOf(sim, job) });
}

const unknownEnd = (sim: Sim, job: Job, retryAfterMs: number | null): AttemptEnd =>
  endOfUnknown({ ...job, idempotent: retryAfterMs !== null, retryAfterMs: retryAfterMs ?? 0, now: nowOf(sim, job) });

/** Tries for a minute. */
function record(sim: Sim, process: Process, job: Job, end: End, begun = sim.loop.now): void {
  const again = (ok: boolean): void => {
    if (ok || sim.loop.now - begun > MINUTE) return;
    within(sim, process, sim.dice.int(50, 2_000), () => record(sim, process, job, end, begun));
  };
  let written = false;
  const locked = (): void =>
    transact(
      sim,
      process,
      [job.buyer],
      (tx) =>
        tx.write(() => {
          writeOutcome(sim, job, end, true);
          if (end.state === "failed-permanent" || end.state === "failed-transient")
            planAnewWithout(sim.store, job.buyer, tx.now);
        }),
      ({ ok }) => again(ok),
    );
  if (end.state !== "accepted") {
    locked();
    return;
  }
  write(
    sim,
    process,
    () => {
      written = writeOutcome(sim, job, end, false);
    },
    (ok) => {
      if (ok && !written) locked();
      else again(ok);
    },
  );
}

/** Like `recordOutcomes`. */
function writeOutcome(sim: Sim, { delivery, reminder, buyer }: Job, end: End, late: boolean): boolean {
  const { store, trace } = sim;
  if (delivery.state !== "claimed" && !(late && delivery.state === "unknown")) return false;
  const keeps = end.state === "unknown" && end.reminder === "sending";
  setDelivery(store, delivery, {
    state: end.state,
    ...(keeps ? {} : { stored: delivery.stored === null ? null : true }),
  });
  scheduleLookup(sim, delivery, databaseNow(sim));
  if (reminder.state !== "sending" && reminder.reason !== "unknown_outcome") return true;
  const { reason = null, retryInMs = null, retryChannel = null } = end.state === "accepted" ? {} : end;
  trace.note(buyer, `${reminder.id} ${delivery.id} is recorded: ${end.state}, ${end.reminder} ${reason ?? ""}`);
  const retryAt = retryInMs === null ? null : databaseNow(sim) + retryInMs;
  setReminder(store, reminder, { state: end.reminder, reason, retryAt, retryChannel });
  return true;
}

export function startJobs(sim: Sim, process: Process, jobs: readonly Job[]): void {
  for (const job of jobs) sendClaimed(sim, process, job);
  if (jobs.length > 0 && sim.dice.hit("crash between commit and call")) crash(sim, process, "after a claim");
}
