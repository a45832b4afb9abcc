/** The cases that wait for a person. */
import { Anchor, Stack, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { manualCasesQuery } from "../../api/settings.ts";
import { useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { PagesList } from "../../ui/parts/pages-list.tsx";
import { Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "Follow-up",
    waiting: "Cases for a person",
    note: "Buyers of high value, as `manual` of a campaign says. Nothing is sent to them until the case goes back to the reminders.",
    none: "No case waits for a person.",
    buyer: "Buyer",
    orders: "Orders",
    since: "Since",
    back: "Back to the reminders",
    never: "never",
  },
  zh: {
    title: "人工跟进",
    waiting: "等待人工的案例",
    note: "高价值买家（由活动的 `manual` 决定）。在交还自动提醒之前，不会向其发送任何消息。",
    none: "没有等待人工的案例。",
    buyer: "买家",
    orders: "订单",
    since: "开始于",
    back: "交还自动提醒",
    never: "不交还",
  },
});

export function FollowUpPage() {
  const t = useT();
  const { shopTime } = useFormats();
  const query = useInfiniteQuery(manualCasesQuery);
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      <Panel title={t("waiting")} note={t("note")}>
        <PagesList query={query} none={t("none")}>
          {(items) => (
            <Wide label={t("waiting")} columns={[t("buyer"), t("orders"), t("since"), t("back")]}>
              {items.map((each) => (
                <Table.Tr key={each.id}>
                  <Table.Td>
                    <Text size="sm">{each.buyer ?? "–"}</Text>
                    <Text size="xs" c="dimmed">
                      {each.shop}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    {each.orders.map((id) => (
                      <Anchor
                        key={id}
                        component={Link}
                        to={`/orders/${encodeURIComponent(each.shop)}/${encodeURIComponent(id)}`}
                        mr="xs"
                      >
                        {id}
                      </Anchor>
                    ))}
                  </Table.Td>
                  <Table.Td>{shopTime(each.manualSince)}</Table.Td>
                  <Table.Td>{each.handBackAt === null ? t("never") : shopTime(each.handBackAt)}</Table.Td>
                </Table.Tr>
              ))}
            </Wide>
          )}
        </PagesList>
      </Panel>
    </Stack>
  );
}
