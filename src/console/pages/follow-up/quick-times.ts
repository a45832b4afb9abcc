/** Times that buyers often say, on the clock of the shop: those of today only while they are still to come. */

const DAY = 86_400_000;
const EVENING = "20:00";
const MORNING = "10:00";

type QuickTime = readonly [label: "tonight" | "tomorrow" | "tomorrowNight", time: string];

/**
 * The next two, as the API reads them: with their date, so that they mean the same when midnight comes before they are saved. `zone`: that of the
 * shop; `now`: epoch ms.
 */
export function quickTimes(zone: string, now: number): readonly QuickTime[] {
  const [today, clock] = wallClock(zone, now);
  const next = new Date(Date.parse(today) + DAY).toISOString().slice(0, 10);
  const morning: QuickTime = ["tomorrow", `${next} ${MORNING}`];
  return clock < EVENING
    ? [["tonight", `${today} ${EVENING}`], morning]
    : [morning, ["tomorrowNight", `${next} ${EVENING}`]];
}

/** Sweden writes dates and times as RFC 3339 does. */
function wallClock(zone: string, now: number): readonly [day: string, time: string] {
  const at = (style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("sv-SE", { ...style, timeZone: zone }).format(now);
  return [at({ dateStyle: "short" }), at({ timeStyle: "short" })];
}
