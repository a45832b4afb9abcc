/** One order: the answer to "what happened" on top, then its whole story. */
import { Anchor, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type OrderStory, storyQuery } from "../../api/lists.ts";
import { mayAct, sessionQuery } from "../../api/session.ts";
import { NOTHING, useFormats } from "../../ui/formats.ts";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { PromiseButton } from "./promise-button.tsx";
import { RevealButton } from "./reveal-button.tsx";
import { OrderState } from "./states.tsx";
import { Story } from "./story.tsx";
import { Summary } from "./summary.tsx";
import { TakeButton } from "./take-button.tsx";

const useT = words({
  en: {
    back: "All orders",
    title: "Order {name}",
    facts: "The order",
    id: "Id",
    shop: "Shop",
    buyer: "Buyer",
    amount: "Owed or paid",
    partPaid: "Paid in part",
    partRefunded: "Refunded in part",
    created: "Created",
    closes: "Closes",
    closed: "Closed",
    paid: "Paid",
    refunded: "Refunded",
    method: "Payment method",
    story: "The whole story",
    storyNote: "Times on the clock of the shop ({offset}).",
  },
  zh: {
    back: "全部订单",
    title: "订单 {name}",
    facts: "订单信息",
    id: "编号",
    shop: "店铺",
    buyer: "买家",
    amount: "应付或已付",
    partPaid: "已付部分",
    partRefunded: "已退部分",
    created: "创建",
    closes: "关闭时间",
    closed: "已关闭",
    paid: "付款",
    refunded: "退款",
    method: "支付方式",
    story: "完整经过",
    storyNote: "时间按店铺时区（{offset}）。",
  },
});

export function OrderPage() {
  const t = useT();
  const name = useParams({ from: "/orders/$shop/$id" });
  const query = useQuery(storyQuery(name.shop, name.id));
  const session = useQuery(sessionQuery).data;
  const openCase = query.data?.cases.find(({ endedAt }) => endedAt === null);
  const number = query.data?.order.number ?? name.id;
  return (
    <Stack>
      <Anchor component={Link} to="/orders" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={14} /> {t("back")}
        </Group>
      </Anchor>
      <Group justify="space-between" gap="xs">
        <Group gap="sm" style={{ minWidth: 0 }}>
          <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
            {t("title", { name: number })}
          </Title>
          {query.data === undefined ? null : <OrderState state={query.data.order.status} />}
        </Group>
        {query.data !== undefined && session && mayAct(session.role, "operator") ? (
          <Group gap="xs">
            <RevealButton order={name} />
            {openCase === undefined ? null : <TakeButton shop={name.shop} id={openCase.id} />}
            {query.data.order.status === "unpaid" ? <PromiseButton order={name} by={session.name} /> : null}
          </Group>
        ) : null}
      </Group>
      <Loaded query={query} height={400}>
        {(story) => (
          <>
            <Summary story={story} />
            <Facts order={story.order} />
            <Panel title={t("story")} note={t("storyNote", { offset: offsetOf(story.order.seenAt) })}>
              <Story story={story} />
            </Panel>
          </>
        )}
      </Loaded>
    </Stack>
  );
}

const offsetOf = (instant: string) => `UTC${/[+-]\d\d:\d\d$/.exec(instant)?.[0] ?? ""}`;

function Facts({ order }: { readonly order: OrderStory["order"] }) {
  const t = useT();
  const { money, shopTime } = useFormats();
  const amountOf = (amount: string | null) =>
    amount === null || order.currency === null ? null : money({ amount, currency: order.currency });
  const timeOf = (instant: string | null) => (instant === null ? null : shopTime(instant));
  const facts: readonly (readonly [string, string | null])[] = [
    [t("shop"), order.shop],
    [t("id"), order.id],
    [t("buyer"), order.buyer],
    [t("amount"), amountOf(order.amount) ?? NOTHING],
    [t("partPaid"), amountOf(order.partPaid)],
    [t("partRefunded"), amountOf(order.partRefunded)],
    [t("created"), timeOf(order.createdAt)],
    [t("closes"), order.status === "unpaid" ? timeOf(order.closesAt) : null],
    [
      t("closed"),
      order.closedAt === null ? null : [timeOf(order.closedAt), order.closeReason].filter(Boolean).join(" · "),
    ],
    [t("paid"), timeOf(order.paidAt)],
    [t("refunded"), timeOf(order.refundedAt)],
    [t("method"), order.paymentMethod],
  ];
  return (
    <Paper withBorder p="md" component="section" aria-label={t("facts")}>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm" component="dl" m={0}>
        {facts.map(([label, value]) =>
          value === null ? null : (
            <div key={label}>
              <Text size="xs" c="dimmed" component="dt">
                {label}
              </Text>
              <Text size="sm" component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
                {value}
              </Text>
            </div>
          ),
        )}
      </SimpleGrid>
    </Paper>
  );
}
