/** How the desk stands, as the HTTP API shows it. */
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Sql } from "../../db/client.ts";
import { deskState } from "../../followup/desk/state.ts";

type Deps = {
  readonly sql: Sql;
  readonly zoneOf: (shop: string) => string;
  /** In which instants of people are written. */
  readonly zone: string;
};

export function deskStateVerb({ sql, zoneOf, zone }: Deps) {
  const written = (at: number | null) => (at === null ? null : formatInstant(Math.floor(at), offsetMinutes(zone, at)));
  return async () => {
    const { shops, people } = await deskState({ sql, zoneOf });
    return {
      shops: shops.map(({ done, ...counts }) => ({ ...counts, doneToday: done })),
      people: people.map(({ name, staff, until, claimed, assigned, touchedAt }) => ({
        ...{ name, isStaff: staff !== null, active: staff?.active ?? false, maxOpen: staff?.maxOpen ?? null },
        ...{ onUntil: written(until), claimed, assigned, lastTouchAt: written(touchedAt) },
      })),
    };
  };
}
