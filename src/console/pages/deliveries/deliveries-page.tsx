/** What was sent, what failed, and apart from it what was not sent and why. */
import { Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { deliveriesQuery, remindersQuery } from "../../api/lists.ts";
import {
  CampaignFilter,
  type Change,
  ChannelFilter,
  ChoiceFilter,
  Filters,
  PeriodFilter,
  ReasonFilter,
  ShopFilter,
} from "../../ui/list/filters.tsx";
import { AsOf, Pager } from "../../ui/list/pager.tsx";
import type { DELIVERY_KEYS, Search } from "../../ui/list/search.ts";
import { useList } from "../../ui/list/use-list.ts";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { DownloadButton } from "./download-button.tsx";
import { DeliveryRows, ReminderRows } from "./rows.tsx";
import { DELIVERY_STATES, useDeliveryName } from "./states.tsx";

const useT = words({
  en: {
    title: "Deliveries",
    show: "What to show",
    messages: "Messages",
    skipped: "Skipped",
    cancelled: "Ended with the order",
    planned: "Waiting",
    state: "Result",
    step: "Step",
    order: "Order",
    messagesNote:
      "Each attempt to hand a message to a provider, newest first. The period is by the time of the attempt.",
    skippedNote:
      "Reminders that were decided against, or that no provider took. A reminder that failed for good is here with its reason, and its attempts are under Messages. The period is by the time of the decision.",
    cancelledNote: "Reminders that ended before their time, because the order was paid, closed, refunded or excluded.",
    plannedNote: "Reminders that are planned. The period is by the time at which they are due.",
    none: "Nothing fits these filters.",
  },
  zh: {
    title: "发送记录",
    show: "显示内容",
    messages: "消息",
    skipped: "已跳过",
    cancelled: "随订单结束",
    planned: "等待中",
    state: "结果",
    step: "步骤",
    order: "订单",
    messagesNote: "每次向服务商提交消息的尝试，按时间倒序。时间范围按提交时间。",
    skippedNote: "决定不发、或没有服务商接受的提醒。最终失败的提醒在此显示原因，其尝试见“消息”。时间范围按决定时间。",
    cancelledNote: "因订单已付款、关闭、退款或被排除而提前结束的提醒。",
    plannedNote: "已计划的提醒。时间范围按到期时间。",
    none: "没有符合条件的记录。",
  },
});

const SHOWS = ["messages", "skipped", "cancelled", "planned"] as const;
type Show = (typeof SHOWS)[number];

export function DeliveriesPage() {
  const t = useT();
  const search = useSearch({ from: "/deliveries" });
  const { change, go, mayGoBack } = useList("/deliveries", search);
  const show: Show = SHOWS.find((each) => each === search.show) ?? "messages";
  const { show: _, cursor, ...filters } = search;
  const isMessages = show === "messages";
  const asked = isMessages ? filters : { ...filters, state: show };
  const deliveries = useQuery({ ...deliveriesQuery({ ...asked, cursor }), enabled: isMessages });
  const reminders = useQuery({ ...remindersQuery({ ...asked, cursor }), enabled: !isMessages });
  const query = isMessages ? deliveries : reminders;
  const pager = (next: string | null) => <Pager cursor={cursor} next={next} mayGoBack={mayGoBack} go={go} />;
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      <div style={{ overflowX: "auto" }}>
        <SegmentedControl
          aria-label={t("show")}
          value={show}
          data={SHOWS.map((value) => ({ value, label: t(value) }))}
          onChange={(value) => change({ show: value === "messages" ? undefined : value, state: undefined })}
        />
      </div>
      <DeliveryFilters search={search} isMessages={isMessages} change={change} />
      <Panel
        title={t(show)}
        note={t(`${show}Note`)}
        aside={
          <Group gap="xs">
            <AsOf at={query.dataUpdatedAt} busy={query.isFetching} refresh={() => void query.refetch()} />
            <DownloadButton key={JSON.stringify(asked)} show={isMessages ? "deliveries" : "reminders"} asked={asked} />
          </Group>
        }
      >
        {isMessages ? (
          <Loaded query={deliveries} height={400}>
            {({ items, next }) => (
              <>
                {items.length === 0 ? <Text>{t("none")}</Text> : <DeliveryRows items={items} />}
                {pager(next)}
              </>
            )}
          </Loaded>
        ) : (
          <Loaded query={reminders} height={400}>
            {({ items, next }) => (
              <>
                {items.length === 0 ? <Text>{t("none")}</Text> : <ReminderRows items={items} />}
                {pager(next)}
              </>
            )}
          </Loaded>
        )}
      </Panel>
    </Stack>
  );
}

function DeliveryFilters({
  search,
  isMessages,
  change,
}: {
  readonly search: Search<(typeof DELIVERY_KEYS)[number]>;
  readonly isMessages: boolean;
  readonly change: Change;
}) {
  const t = useT();
  const stateName = useDeliveryName();
  return (
    <Filters>
      {isMessages ? (
        <ChoiceFilter
          label={t("state")}
          value={search.state}
          options={DELIVERY_STATES.map((state) => ({ value: state, label: stateName(state) }))}
          onChoose={(state) => change({ state })}
        />
      ) : null}
      <ReasonFilter value={search.reason} change={change} />
      <ChannelFilter value={search.channel} change={change} />
      <CampaignFilter value={search.campaign} change={change} />
      <ShopFilter value={search.shop} change={change} />
      {/* Only links bring these two. */}
      {(["step", "order"] as const).map((name) =>
        search[name] === undefined ? null : (
          <ChoiceFilter
            key={name}
            label={t(name)}
            value={search[name]}
            options={[]}
            onChoose={(value) => change({ [name]: value })}
          />
        ),
      )}
      <PeriodFilter value={search} change={change} />
    </Filters>
  );
}
