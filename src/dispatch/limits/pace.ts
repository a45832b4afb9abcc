/** How many claims of a channel are worth holding, from how long its provider takes and how long it takes to claim and record. */

/** How long one call to a provider takes. */
export type Call = { begun(): void; ended(): void };

export type Pace = {
  /** connections × (1 + time to claim and record ÷ the provider's latency), within bounds. */
  limit(): number;
  /** Sends per second that the provider can take, at most. */
  perSecond(): number;
  call(): Call;
  /** The time of one send from its claim to its record, without the call and without waiting for its turn. */
  overhead(ms: number): void;
};

/** Until something was measured. A provider is slow until it is known to be fast: then little is claimed that waits. */
const FIRST_LATENCY_MS = 250;
const FIRST_OVERHEAD_MS = 50;
/** The weight of one measurement in the average. */
const WEIGHT = 0.05;
/** Bounds the memory of a fast channel: this many times its connections, or this many sends if that is more. */
const MAX_FACTOR = 4;
const MAX_HELD = 512;

/** `now`: a monotonic clock, ms. */
export function createPace(connections: number, now: () => number): Pace {
  let latencyMs = FIRST_LATENCY_MS;
  let overheadMs = FIRST_OVERHEAD_MS;
  /** Calls under way, and the sum of their beginnings. */
  let calls = 0;
  let begunSum = 0;
  /** Calls that hang end late, or never: their age tells before their end does. */
  const latency = (): number => Math.max(latencyMs, calls === 0 ? 0 : now() - begunSum / calls, 0.01);
  return {
    perSecond: () => (connections * 1_000) / latency(),
    limit() {
      const wanted = Math.ceil(connections * (1 + overheadMs / latency()));
      return Math.min(wanted, Math.max(MAX_FACTOR * connections, MAX_HELD));
    },
    call() {
      let begunAt: number | null = null;
      return {
        begun() {
          if (begunAt !== null) return;
          begunAt = now();
          calls++;
          begunSum += begunAt;
        },
        ended() {
          if (begunAt === null) return;
          calls--;
          begunSum -= begunAt;
          latencyMs += WEIGHT * (now() - begunAt - latencyMs);
          begunAt = null;
        },
      };
    },
    overhead(ms) {
      overheadMs += WEIGHT * (ms - overheadMs);
    },
  };
}
