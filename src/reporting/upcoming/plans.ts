/** The sends that are planned for the next day, by channel, in the shape in which they are compared with balances. */
import type { Plan } from "../../core/notices/forecast.ts";
import { DAY } from "../../core/values/duration.ts";
import { parseInstant } from "../../core/values/instant.ts";
import { type UpcomingDeps, upcoming } from "./upcoming.ts";

export async function plansOfDay(deps: UpcomingDeps): Promise<ReadonlyMap<string, Plan>> {
  const { channels, minutes } = await upcoming(deps, DAY);
  return new Map(
    channels.map(({ channel, due, segments }) => {
      const cost = deps.channels.find(({ name }) => name === channel)?.cost ?? null;
      const own = minutes.filter((minute) => minute.channel === channel);
      const plan: Plan = {
        sends: due,
        segments,
        price: cost === null ? null : { micros: segments * cost.micros, currency: cost.currency },
        flow: own.map(({ at, sends }) => ({ at: parseInstant(at) ?? 0, sends })),
      };
      return [channel, plan] as const;
    }),
  );
}
