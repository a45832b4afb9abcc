/** Recovered money by day. Loaded with the charts. */
import { BarChart } from "@mantine/charts";
import "@mantine/charts/styles.css";

export type Day = { readonly day: string; readonly amount: number };

export default function MoneyChart({ days, label }: { readonly days: readonly Day[]; readonly label: string }) {
  return (
    <BarChart
      h={220}
      data={[...days]}
      dataKey="day"
      maxBarWidth={32}
      series={[{ name: "amount", label, color: "teal.7" }]}
      barProps={{ isAnimationActive: false }}
    />
  );
}
