/** The figures of the day, each against yesterday until the last full hour. */
import { Paper, SimpleGrid, Text } from "@mantine/core";
import type { Today } from "../../api/reports.ts";
import { useFormats } from "../../ui/formats.ts";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    unpaid: "Unpaid orders",
    due: "Due in the next hour",
    sent: "Sent",
    delivered: "Delivered",
    failed: "Failed or unknown",
    recovered: "Recovered orders",
    money: "Recovered money",
    rate: "Paid after a reminder",
    lift: "Lift today",
    before: "yesterday until the full hour: {value}",
    same: "as yesterday",
    none: "not measured yet",
    between: "between {low} and {high} points",
  },
  zh: {
    unpaid: "未付订单",
    due: "未来一小时到期",
    sent: "已发送",
    delivered: "已送达",
    failed: "失败或不明",
    recovered: "挽回订单",
    money: "挽回金额",
    rate: "提醒后付款率",
    lift: "今日提升",
    before: "昨日截至整点 {value}",
    same: "与昨日相同",
    none: "尚未测量",
    between: "{low} 至 {high} 个百分点",
  },
});

export function Tiles({ today, due }: { readonly today: Today; readonly due: number | null }) {
  const t = useT();
  const { count, percent, points, moneys } = useFormats();
  const { figures: now, yesterdaySoFar: before, unpaid } = today;
  const against = (value: string, last: string) => (value === last ? t("same") : t("before", { value: last }));
  const tile = (label: string, value: string, below: string) => ({ label, value, below });
  const failed = (figures: Today["figures"]) => count(figures.failed + figures.unknown);
  const tiles = [
    tile(t("unpaid"), count(unpaid.orders), moneys(unpaid.amounts)),
    tile(t("due"), count(due), ""),
    tile(t("sent"), count(now.sent), against(count(now.sent), count(before.sent))),
    tile(t("delivered"), count(now.delivered), against(count(now.delivered), count(before.delivered))),
    tile(t("failed"), failed(now), against(failed(now), failed(before))),
    tile(
      t("recovered"),
      count(now.recoveredOrders),
      against(count(now.recoveredOrders), count(before.recoveredOrders)),
    ),
    tile(t("money"), moneys(now.recoveredAmount), against(moneys(now.recoveredAmount), moneys(before.recoveredAmount))),
    tile(t("rate"), percent(now.recoveryRate), against(percent(now.recoveryRate), percent(before.recoveryRate))),
    tile(
      t("lift"),
      points(now.lift),
      now.lift === null ? t("none") : t("between", { low: points(now.liftLow), high: points(now.liftHigh) }),
    ),
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm" component="dl" m={0}>
      {tiles.map(({ label, value, below }) => (
        // A term and what it says stand right within their group.
        <Paper key={label} withBorder p="sm" component="div">
          <Text size="sm" c="dimmed" component="dt">
            {label}
          </Text>
          <Text component="dd" m={0} fw={700} size="xl" style={{ overflowWrap: "anywhere", lineHeight: 1.2 }}>
            {value}
          </Text>
          <Text size="xs" c="dimmed" component="dd" m={0}>
            {below}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}
