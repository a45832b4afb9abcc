/** The day by the hour: sends and recovered orders, and the sends of yesterday. Loaded with the charts. */
import { CompositeChart } from "@mantine/charts";
import "@mantine/charts/styles.css";
import type { Today } from "../../api/reports.ts";

type Labels = { readonly sent: string; readonly recovered: string; readonly yesterday: string };

type Hour = Pick<Today["hours"][number], "hour" | "sent" | "recoveredOrders">;

/** By the hour on the clock of each shop; shops of several zones are added. */
function byClock(hours: readonly Hour[]) {
  const sums = new Map<string, { sent: number; recoveredOrders: number }>();
  for (const { hour, sent, recoveredOrders } of hours) {
    const at = hour.slice(11, 16);
    const sum = sums.get(at) ?? { sent: 0, recoveredOrders: 0 };
    sums.set(at, { sent: sum.sent + sent, recoveredOrders: sum.recoveredOrders + recoveredOrders });
  }
  return sums;
}

export default function DayChart({ today, labels }: { readonly today: Today; readonly labels: Labels }) {
  const [hours, before] = [byClock(today.hours), byClock(today.yesterday)];
  const data = Array.from({ length: 24 }, (_, hour) => {
    const at = `${String(hour).padStart(2, "0")}:00`;
    return {
      at,
      sent: hours.get(at)?.sent ?? 0,
      recovered: hours.get(at)?.recoveredOrders ?? 0,
      yesterday: before.get(at)?.sent ?? 0,
    };
  });
  return (
    <CompositeChart
      h={240}
      data={data}
      dataKey="at"
      withLegend
      maxBarWidth={24}
      series={[
        { name: "sent", label: labels.sent, color: "teal.7", type: "bar" },
        { name: "recovered", label: labels.recovered, color: "orange.6", type: "bar" },
        { name: "yesterday", label: labels.yesterday, color: "gray.6", type: "line" },
      ]}
      curveType="linear"
      lineProps={{ isAnimationActive: false, dot: false }}
      barProps={{ isAnimationActive: false }}
    />
  );
}
