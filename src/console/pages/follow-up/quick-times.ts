/** Times that buyers often say, on the clock of the shop: those of today only while they are still to come. */

const DAY = 86_400_000;
const EVENING = "20:00";
const MORNING = "10:00";

type QuickTime = readonly [label: "tonight" | "tomorrow" | "tomorrowNight", time: string];

/**
 * The next two, as the API reads them: with their date, so that they mean the same when midnight comes before they are saved. `instant`: any of the shop, with its
 * offset; `now`: epoch ms.
 */
export function quickTimes(instant: string, now: number): readonly QuickTime[] {
  const offset = Date.parse(instant.replace(/[+-]\d\d:\d\d$/, "Z")) - Date.parse(instant);
  const [today = "", clock = ""] = new Date(now + offset).toISOString().split("T");
  const [next] = new Date(now + offset + DAY).toISOString().split("T");
  const morning: QuickTime = ["tomorrow", `${next} ${MORNING}`];
  return clock < EVENING
    ? [["tonight", `${today} ${EVENING}`], morning]
    : [morning, ["tomorrowNight", `${next} ${EVENING}`]];
}
