/** The simulated provider, and the buyers whom it reaches. A message reaches the buyer, or a receipt says that it never will. The answer may be lost. */
import type { SendOutcome } from "../../../../src/core/seams/channel.ts";
import { NO_RECEIPT } from "../../../../src/core/seams/receipt.ts";
import { HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import type { Job, Sim } from "../types.ts";
import { post } from "./intake.ts";
import { receive } from "./receipts.ts";

type Answer = (inMs: number, outcome: SendOutcome) => void;

/** Sooner than the second of two questions. */
const SHOWN_WITHIN = 7 * MINUTE;
const ACCEPTED: SendOutcome = { kind: "accepted", messageId: null, segments: 1 };

export function call(sim: Sim, job: Job, answer: Answer): void {
  const { dice, loop, scene, trace } = sim;
  const timeout = scene.channels.get(job.channel)?.timeoutMs ?? 0;
  if (dice.hit("request lost")) return;
  const arrives = dice.int(1, 300);
  loop.after(arrives, () => {
    const takes = dice.int(1, 300);
    if (downNow(sim, job.channel) || dice.hit("provider fails for now")) {
      answer(takes, {
        ...{ kind: "failed-transient", code: "busy", message: "" },
        retryAfterMs: dice.chance(0.2) ? dice.int(1, 120) * SECOND : null,
      });
      return;
    }
    // A repetition of a message that it has is answered like the first.
    const known = scene.channels.get(job.channel)?.idempotent === true ? sim.taken.get(job.delivery.key) : undefined;
    if (known === undefined && dice.hit("provider refuses")) {
      answer(takes, { kind: "failed-permanent", code: "refused", message: "" });
      return;
    }
    const reaches = known?.reaches ?? !dice.hit("receipt of a failure");
    const shownAt = loop.now + dice.int(0, SHOWN_WITHIN);
    if (known === undefined) sim.taken.set(job.delivery.key, { reaches, shownAt });
    if (known === undefined && reaches) {
      trace.note(job.buyer, `${job.reminder.id} reaches the buyer by ${job.channel}`);
      sim.checks.reached(job);
    }
    report(sim, job, reaches);
    if (reaches && dice.hit("buyer replies STOP")) {
      const contact = job.channel === "chat" ? "chat.wechat" : "phone";
      const told = { kind: "suppress", contact } as const;
      loop.after(dice.int(1, 30) * MINUTE, () => post(sim, { at: loop.now, buyer: job.buyer, told: [told] }));
    }
    if (dice.hit("answer lost after it was sent")) return;
    answer(dice.hit("answer later than the timeout") ? timeout + dice.int(1, 60_000) : takes, ACCEPTED);
  });
}

/** A provider that is down is down for a fifth of each hour. */
function downNow({ loop, dice, scene }: Sim, channel: string): boolean {
  const minute = Math.floor(loop.now / MINUTE) + channel.length * 17;
  return minute % 60 < 12 && loop.now < scene.to && dice.hit("provider down");
}

/** Receipts come before the answer or hours later, once, twice or never. */
function report(sim: Sim, job: Job, reaches: boolean): void {
  const { dice, loop } = sim;
  // A message that did not reach the buyer must be reported, or nobody could tell that it was never sent twice.
  if (reaches && dice.hit("receipt lost")) return;
  const receipt = {
    ...NO_RECEIPT,
    kind: reaches ? "delivered" : "failed",
    definite: !reaches,
    deliveryId: job.delivery.key,
  } as const;
  const early = dice.hit("receipt before the answer") ? 0 : dice.int(1, 120) * SECOND;
  const at = early + (dice.hit("receipt late") ? dice.int(1, 6) * HOUR : 0);
  const deliver = (): void => receive(sim, job.channel, receipt);
  loop.after(at, deliver);
  if (dice.hit("receipt doubled")) loop.after(at + dice.pick([1, SECOND, HOUR]), deliver);
}
