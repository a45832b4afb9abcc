/**
 * Bounds the memory of all bodies whose sender is not known yet: a signature can be checked only when the body is there. Over the bound,
 * the body that was silent longest is dropped. So a genuine webhook, which arrives within moments, gets in while strangers hold
 * bodies that never end.
 */
export type Strangers = {
  /** `drop` is called at most once: when this body must go. It must release what the body holds. */
  enter(drop: () => void): Stay;
};

export type Stay = {
  /** More bytes were kept. */
  grow(bytes: number): void;
  /** The body is complete, or gone. Idempotent. */
  leave(): void;
};

type Guest = { held: number; readonly drop: () => void };

export function createStrangers(maxBytes: number): Strangers {
  /** The one that was silent longest comes first. */
  const guests = new Set<Guest>();
  let total = 0;
  const remove = (guest: Guest): void => {
    if (guests.delete(guest)) total -= guest.held;
  };
  return {
    enter(drop) {
      const guest: Guest = { held: 0, drop };
      guests.add(guest);
      return {
        grow(bytes) {
          if (!guests.delete(guest)) return;
          guests.add(guest);
          guest.held += bytes;
          total += bytes;
          for (const other of guests) {
            if (total <= maxBytes) break;
            remove(other);
            other.drop();
          }
        },
        leave: () => remove(guest),
      };
    },
  };
}
