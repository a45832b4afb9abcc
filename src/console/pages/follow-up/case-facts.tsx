/** The case of a task before a person speaks to the buyer: name, time left, goods, what was sent and what people did. */
import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Card, cardQuery } from "../../api/desk.ts";
import { useFormats } from "../../ui/formats.ts";
import { Loaded } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { useDeskWords } from "./task-words.ts";

const useT = words({
  en: {
    left: "closes in {hours, plural, =0 {} other {# h }}{minutes} min",
    days: "closes in {days, plural, one {# day} other {# days}} {hours} h",
    over: "closed",
    never: "does not close by itself",
    item: "{title} × {quantity}",
    untitled: "Item",
    more: "{count, plural, one {and one more} other {and # more}}",
    sent: "{at} by {channel}: {step}",
    delivered: "delivered",
    unknown: "unknown whether it arrived",
    nothing: "No message was sent so far.",
    messages: "Sent so far",
    history: "What people did",
    promised: "Promised to pay at {at}",
    promises: {
      open: "not due yet",
      kept: "kept",
      broken: "broken",
      replaced: "replaced",
      ended: "ended",
    },
    how: { call: "call", chat: "chat" },
    result: { reached: "reached", no_answer: "no answer", wrong_number: "wrong number" },
  },
  zh: {
    left: "{hours, plural, =0 {} other {# 小时 }}{minutes} 分钟后关单",
    days: "{days} 天 {hours} 小时后关单",
    over: "已关单",
    never: "不会自动关单",
    item: "{title} × {quantity}",
    untitled: "商品",
    more: "另有 {count} 件",
    sent: "{at} {channel}：{step}",
    delivered: "已送达",
    unknown: "不确定是否送达",
    nothing: "尚未发送任何消息。",
    messages: "已发送",
    history: "跟进记录",
    promised: "承诺 {at} 付款",
    promises: {
      open: "未到期",
      kept: "已兑现",
      broken: "未兑现",
      replaced: "已被取代",
      ended: "已结束",
    },
    how: { call: "电话", chat: "聊天" },
    result: { reached: "已接通", no_answer: "无人接听", wrong_number: "号码错误" },
  },
});

const MINUTE = 60_000;
const MAX_ITEMS = 3;

export function CaseFacts({ id }: { readonly id: string }) {
  const query = useQuery(cardQuery(id));
  return (
    <Loaded query={query} height={160}>
      {(card) => <Facts card={card} />}
    </Loaded>
  );
}

function Facts({ card }: { readonly card: Card }) {
  const t = useT();
  const { shopMinute } = useFormats();
  const { name, tier, orders, promise, task } = card;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {name === null ? null : <Text fw={600}>{name}</Text>}
        {tier === null ? null : <Badge variant="default">{tier}</Badge>}
        <Countdown until={task.closesAt} />
      </Group>
      <Stack gap={2}>
        {orders.map((order) => (
          <Goods key={order.id} shop={task.shop} order={order} />
        ))}
      </Stack>
      {promise === null ? null : (
        <Text size="sm">
          {t("promised", { at: shopMinute(promise.at) })} · {t(`promises.${promise.state}`)}
        </Text>
      )}
      <Sent sent={card.sent} />
      <History touches={card.touches} />
    </Stack>
  );
}

/** Counts on the clock of the browser, a step a quarter of a minute. */
function Countdown({ until }: { readonly until: string | null }) {
  const t = useT();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE / 4);
    return () => clearInterval(timer);
  }, []);
  if (until === null)
    return (
      <Text size="sm" c="dimmed">
        {t("never")}
      </Text>
    );
  const minutes = Math.floor((Date.parse(until) - now) / MINUTE);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const text =
    minutes < 0
      ? t("over")
      : days > 0
        ? t("days", { days, hours: String(hours % 24) })
        : t("left", { hours, minutes: String(minutes % 60) });
  return (
    <Text size="sm" fw={600} {...(minutes < 60 ? { c: "var(--mantine-color-error)" } : {})}>
      {text}
    </Text>
  );
}

function Goods({ shop, order }: { readonly shop: string; readonly order: Card["orders"][number] }) {
  const t = useT();
  const { money } = useFormats();
  const goods = order.items
    .slice(0, MAX_ITEMS)
    .map(({ title, quantity }) =>
      quantity === null
        ? (title ?? t("untitled"))
        : t("item", { title: title ?? t("untitled"), quantity: String(quantity) }),
    );
  const more = order.items.length - goods.length;
  return (
    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
      <Anchor
        size="sm"
        underline="always"
        component={Link}
        to={`/orders/${encodeURIComponent(shop)}/${encodeURIComponent(order.id)}`}
      >
        {order.number ?? order.id}
      </Anchor>
      {order.amount === null ? "" : ` · ${money(order.amount)}`}
      {goods.length === 0 ? "" : ` · ${goods.join(", ")}`}
      {more > 0 ? ` ${t("more", { count: more })}` : ""}
    </Text>
  );
}

function Sent({ sent }: Pick<Card, "sent">) {
  const t = useT();
  const { shopTime } = useFormats();
  return (
    <Stack gap={0} role="group" aria-label={t("messages")}>
      <Text size="xs" c="dimmed">
        {t("messages")}
      </Text>
      {sent.length === 0 ? <Text size="sm">{t("nothing")}</Text> : null}
      {sent.map(({ at, channel, step, state, deliveredAt }) => (
        <Text key={`${at} ${channel}`} size="sm">
          {t("sent", { at: shopTime(at), channel, step: step ?? "" })}
          {deliveredAt === null ? "" : ` · ${t("delivered")}`}
          {state === "unknown" ? ` · ${t("unknown")}` : ""}
        </Text>
      ))}
    </Stack>
  );
}

function History({ touches }: Pick<Card, "touches">) {
  const t = useT();
  const desk = useDeskWords();
  const { shopTime } = useFormats();
  if (touches.length === 0) return null;
  return (
    <Stack gap={0} role="group" aria-label={t("history")}>
      <Text size="xs" c="dimmed">
        {t("history")}
      </Text>
      {touches.map(({ at, who, how, result, outcome, reason, note }) => {
        const said = [
          ...(how === null ? [] : [t(`how.${how}`)]),
          ...(result === null ? [] : [t(`result.${result}`)]),
          ...(outcome === null ? [] : [desk(`outcomes.${outcome}`)]),
          ...(reason === null ? [] : [desk(`reasons.${reason}`)]),
          ...(note === null ? [] : [note]),
        ];
        return (
          <Text key={`${at} ${who} ${outcome} ${result}`} size="sm" style={{ overflowWrap: "anywhere" }}>
            {shopTime(at)} {who}: {said.join(" · ")}
          </Text>
        );
      })}
    </Stack>
  );
}
