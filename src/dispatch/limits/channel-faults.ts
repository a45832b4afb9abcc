/**
 * Channels at fault: the provider takes nothing from them. The first send that meets the fault has the channel paused. Sends of this process
 * that were claimed before the pause is in place do not call the provider any more; every later claim knows the pause.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { SendOutcome } from "../../core/seams/channel.ts";
import type { DispatchDeps, SendJob } from "../deps.ts";

type Fault = Extract<SendOutcome, { kind: "channel-fault" }>;

export type ChannelFaults = {
  /** The fault that a claimed send would meet; null: none is known. */
  before(job: Pick<SendJob, "channel" | "askedAt">): Fault | null;
  /** A send met the fault. */
  met(channel: string, fault: Fault): void;
  /** Resolves when every pause under way is written. */
  settled(): Promise<void>;
};

/** A change of campaigns may hold the fence. After the last attempt the next send that meets the fault asks again. */
const ATTEMPTS = 5;

export function createChannelFaults({ pauseChannel, log }: Pick<DispatchDeps, "pauseChannel" | "log">): ChannelFaults {
  /** `until`: sends claimed before this monotonic time are held back; infinite while the pause is being written. */
  const faults = new Map<string, { fault: Fault; until: number }>();
  const writing = new Set<Promise<void>>();

  async function write(channel: string, fault: Fault): Promise<number> {
    if (pauseChannel === undefined) return Number.NEGATIVE_INFINITY;
    const { code, message, resumeInMs } = fault;
    log.error({ channel, code }, `the channel is paused: ${message}`);
    for (let attempt = 1; ; attempt++) {
      try {
        await pauseChannel(channel, { code, message, resumeInMs });
        return performance.now();
      } catch (error) {
        log.error({ err: error, channel, code }, "a channel at fault could not be paused");
        if (attempt === ATTEMPTS) return Number.NEGATIVE_INFINITY;
        await pause(200 * attempt);
      }
    }
  }

  return {
    before({ channel, askedAt }) {
      const known = faults.get(channel);
      return known !== undefined && askedAt <= known.until ? known.fault : null;
    },
    met(channel, fault) {
      if (faults.get(channel)?.until === Number.POSITIVE_INFINITY) return;
      const known = { fault, until: Number.POSITIVE_INFINITY };
      faults.set(channel, known);
      const written = write(channel, fault).then((until) => {
        known.until = until;
        writing.delete(written);
      });
      writing.add(written);
    },
    async settled() {
      await Promise.all(writing);
    },
  };
}
