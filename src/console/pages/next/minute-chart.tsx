/** The messages of the coming time by channel, stacked. Long times are shown by the hour. */
import { BarChart } from "@mantine/charts";
import "@mantine/charts/styles.css";
import type { Upcoming } from "../../api/reports.ts";

const COLOURS = ["teal.7", "orange.6", "indigo.5", "grape.6", "cyan.7", "lime.8", "pink.6"];
const HOUR = 3_600_000;

export default function MinuteChart({ upcoming }: { readonly upcoming: Upcoming }) {
  const long = Date.parse(upcoming.to) - Date.parse(upcoming.from) > HOUR;
  const channels = [...new Set(upcoming.minutes.map(({ channel }) => channel))];
  const rows = new Map<string, Record<string, string | number>>();
  for (const { at, channel, sends } of upcoming.minutes) {
    const clock = long ? `${at.slice(11, 13)}:00` : at.slice(11, 16);
    // An hour of tomorrow is another one than that of today.
    const key = at.slice(0, long ? 13 : 16);
    const row = rows.get(key) ?? { at: clock };
    row[channel] = Number(row[channel] ?? 0) + sends;
    rows.set(key, row);
  }
  return (
    <BarChart
      h={240}
      data={[...rows.values()]}
      dataKey="at"
      type="stacked"
      withLegend
      maxBarWidth={24}
      barProps={{ isAnimationActive: false }}
      series={channels.map((name, n) => ({ name, color: COLOURS[n % COLOURS.length] ?? "teal.7" }))}
    />
  );
}
