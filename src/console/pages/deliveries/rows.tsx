/** The rows of the list: attempts to send, and reminders that nobody sent. */
import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Delivery, Reminder } from "../../api/lists.ts";
import { useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { useReason } from "../../ui/reasons.ts";
import { words } from "../../ui/words.ts";
import { DeliveryState, ReminderState } from "./states.tsx";

const useT = words({
  en: {
    deliveries: "Messages",
    reminders: "Reminders",
    time: "Time",
    due: "due {at}",
    delivered: "delivered {at}",
    result: "Result",
    orders: "Orders",
    campaign: "Campaign and step",
    cost: "Segments and cost",
    segments: "{count, plural, one {1 segment} other {# segments}}",
    code: "code {code}",
    buyer: "buyer {buyer}",
    wholeCase: "whole case",
    attempt: "attempt {attempt}",
    more: "and {count} more",
  },
  zh: {
    deliveries: "消息",
    reminders: "提醒",
    time: "时间",
    due: "到期 {at}",
    delivered: "送达 {at}",
    result: "结果",
    orders: "订单",
    campaign: "活动与步骤",
    cost: "条数与费用",
    segments: "{count} 条",
    code: "代码 {code}",
    buyer: "买家 {buyer}",
    wholeCase: "整个案例",
    attempt: "第 {attempt} 次",
    more: "另有 {count} 个",
  },
});

/** Drawn again for other rows only: there are hundreds of cells. */
export const DeliveryRows = memo(({ items }: { readonly items: readonly Delivery[] }) => {
  const t = useT();
  const { shopTime, money } = useFormats();
  return (
    <Wide label={t("deliveries")}>
      <Head last={t("cost")} />
      <Table.Tbody>
        {items.map((item) => (
          <Table.Tr key={`${item.shop} ${item.id}`}>
            <Table.Td>
              <Text size="sm">{shopTime(item.claimedAt)}</Text>
              <Text size="xs" c="dimmed">
                {item.channel}
                {item.attempt > 1 ? ` · ${t("attempt", { attempt: String(item.attempt) })}` : ""}
              </Text>
            </Table.Td>
            <Table.Td style={{ minWidth: 150 }}>
              <DeliveryState state={item.state} />
              {item.deliveredAt === null ? null : (
                <Text size="xs">{t("delivered", { at: shopTime(item.deliveredAt) })}</Text>
              )}
              {item.code === null ? null : <Text size="xs">{t("code", { code: item.code })}</Text>}
              <English text={item.message} />
              <English text={item.lookup} />
            </Table.Td>
            <Orders item={item} />
            <Step item={item} />
            <Table.Td visibleFrom="lg">
              <Text size="sm">{item.segments === null ? "–" : t("segments", { count: item.segments })}</Text>
              <Text size="xs" c="dimmed">
                {item.cost === null ? "" : money(item.cost)}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Wide>
  );
});

export const ReminderRows = memo(({ items }: { readonly items: readonly Reminder[] }) => {
  const t = useT();
  const reason = useReason();
  const { shopTime } = useFormats();
  return (
    <Wide label={t("reminders")}>
      <Head />
      <Table.Tbody>
        {items.map((item) => (
          <Table.Tr key={`${item.shop} ${item.id}`}>
            <Table.Td>
              <Text size="sm">{shopTime(item.decidedAt ?? item.dueAt)}</Text>
              {item.decidedAt === null ? null : (
                <Text size="xs" c="dimmed">
                  {t("due", { at: shopTime(item.dueAt) })}
                </Text>
              )}
            </Table.Td>
            <Table.Td style={{ minWidth: 150 }}>
              <ReminderState reminder={item} />
              {item.reason === null ? null : <Text size="sm">{reason(item.reason)}</Text>}
            </Table.Td>
            <Orders item={item} />
            <Step item={item} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Wide>
  );
});

function Head({ last }: { readonly last?: string }) {
  const t = useT();
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th>{t("time")}</Table.Th>
        <Table.Th>{t("result")}</Table.Th>
        <Table.Th>{t("orders")}</Table.Th>
        <Table.Th visibleFrom="md">{t("campaign")}</Table.Th>
        {last === undefined ? null : <Table.Th visibleFrom="lg">{last}</Table.Th>}
      </Table.Tr>
    </Table.Thead>
  );
}

/** The words of our own tables about a code. They are English in every language. */
function English({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  return (
    <Text size="xs" c="dimmed" lang="en" style={{ overflowWrap: "anywhere" }}>
      {text}
    </Text>
  );
}

const SHOWN = 3;
type Item = Delivery | Reminder;

function Orders({ item: { shop, orders, buyer } }: { readonly item: Item }) {
  const t = useT();
  return (
    <Table.Td style={{ overflowWrap: "anywhere", minWidth: 110 }}>
      {orders.slice(0, SHOWN).map((id) => (
        <div key={id}>
          <Anchor component={Link} to="/orders/$shop/$id" params={{ shop, id } as never} size="sm">
            {id}
          </Anchor>
        </div>
      ))}
      {orders.length > SHOWN ? <Text size="xs">{t("more", { count: String(orders.length - SHOWN) })}</Text> : null}
      <Text size="xs" c="dimmed">
        {[shop, ...(buyer === null ? [] : [t("buyer", { buyer })])].join(" · ")}
      </Text>
    </Table.Td>
  );
}

function Step({ item: { campaign, step, variant } }: { readonly item: Item }) {
  const t = useT();
  return (
    <Table.Td visibleFrom="md">
      <Text size="sm">{campaign ?? "–"}</Text>
      <Text size="xs" c="dimmed">
        {[step ?? t("wholeCase"), ...(variant === null ? [] : [variant])].join(" / ")}
      </Text>
    </Table.Td>
  );
}
