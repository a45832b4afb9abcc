/**
 * From the database's clock to the monotonic clock of this process. Each answer of the database says its time between the question and the
 * answer, so the difference of the clocks lies between two bounds. Many answers together bound it to less than a millisecond, even if each of
 * them was read late by a busy process.
 */
export type SlotClock = {
  /** The database said `databaseNow` (epoch ms) between these monotonic times. */
  note(askedAt: number, databaseNow: number, answeredAt: number): void;
  /** The monotonic time of a moment of the database's clock. */
  toMonotonic(at: number): number;
};

/** Clocks that are set right by NTP run apart by at most 500 ppm. */
const DRIFT = 0.0005;

export function createSlotClock(): SlotClock {
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  let notedAt = 0;
  return {
    note(askedAt, databaseNow, answeredAt) {
      const drift = Math.max(0, answeredAt - notedAt) * DRIFT;
      notedAt = answeredAt;
      least = Math.max(least - drift, databaseNow - answeredAt);
      most = Math.min(most + drift, databaseNow - askedAt);
      if (least <= most) return;
      // A clock was set.
      least = databaseNow - answeredAt;
      most = databaseNow - askedAt;
    },
    toMonotonic: (at) => at - (least + most) / 2,
  };
}
