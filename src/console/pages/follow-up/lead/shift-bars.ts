/** The bars of a shift in the week that begins on Monday, as shares of that week on the wall clock of its zone. */

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

type Span = { readonly weekdays: readonly (typeof WEEKDAYS)[number][]; readonly from: string; readonly to: string };
/** 2024-01-01 was a Monday. */
export const nameOf = (day: (typeof WEEKDAYS)[number], locale: string): string =>
  new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" }).format(
    Date.UTC(2024, 0, 1 + WEEKDAYS.indexOf(day)),
  );

type Bar = { readonly begin: number; readonly end: number };

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const minutesOf = (time: string): number => {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
};

/** One over midnight goes on in the next day, and one of Sunday in the Monday at the beginning. */
export const barsOf = ({ weekdays, from, to }: Span): readonly Bar[] =>
  weekdays.flatMap((day) => {
    const begin = WEEKDAYS.indexOf(day) * DAY + minutesOf(from);
    const length = (minutesOf(to) - minutesOf(from) + DAY) % DAY;
    const end = begin + length;
    const parts = end <= WEEK ? [[begin, end] as const] : [[begin, WEEK] as const, [0, end - WEEK] as const];
    return parts.map(([begin, end]) => ({ begin: begin / WEEK, end: end / WEEK }));
  });
