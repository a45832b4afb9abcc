/** Finds orders: by their id or number, by their buyer, and by what became of them. */
import { Anchor, Button, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { type FormEvent, memo, useEffect, useState } from "react";
import { type OrderPage, ordersQuery } from "../../api/lists.ts";
import { useFormats } from "../../ui/formats.ts";
import { CampaignFilter, ChoiceFilter, Filters, PeriodFilter, ShopFilter } from "../../ui/list/filters.tsx";
import { AsOf, Pager } from "../../ui/list/pager.tsx";
import { useList } from "../../ui/list/use-list.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { ORDER_STATES, OrderState, useStateName } from "./states.tsx";

const useT = words({
  en: {
    title: "Orders",
    search: "Order, number, buyer or phone",
    searchNote: "The whole id, number or phone number. The search does not appear in the address of this page.",
    find: "Search",
    state: "State",
    recovered: "Recovered",
    recoveredYes: "After a reminder",
    recoveredNo: "Not after a reminder",
    list: "Orders that were received unpaid",
    listRecovered: "Orders that are credited to a reminder",
    found: "Orders that the search found",
    note: "Newest first. The period is by the time of the order, on the clock of its shop.",
    noteRecovered: "Newest reminder first. The period is by the time of the reminder, on the clock of the shop.",
    none: "No order fits. Take a filter away, or search for another spelling.",
    noneYet: "No order has come in yet.",
    order: "Order",
    created: "Created",
    closes: "closes {at}",
    campaign: "Campaign",
    recovery: "{amount} after {step}",
    buyer: "buyer {buyer}",
  },
  zh: {
    title: "订单",
    search: "订单号、买家或手机号",
    searchNote: "请输入完整的订单号、买家或手机号。搜索内容不会出现在网址中。",
    find: "搜索",
    state: "状态",
    recovered: "挽回",
    recoveredYes: "提醒后付款",
    recoveredNo: "非提醒后付款",
    list: "收到时未付款的订单",
    listRecovered: "归功于提醒的订单",
    found: "搜索到的订单",
    note: "按时间倒序。时间范围指下单时间，按店铺时区。",
    noteRecovered: "按提醒时间倒序。时间范围指提醒时间，按店铺时区。",
    none: "没有符合条件的订单。请减少筛选条件，或换一种写法搜索。",
    noneYet: "还没有收到订单。",
    order: "订单",
    created: "创建",
    closes: "{at} 关闭",
    campaign: "活动",
    recovery: "{step} 之后付款 {amount}",
    buyer: "买家 {buyer}",
  },
});

export function OrdersPage() {
  const t = useT();
  const stateName = useStateName();
  const search = useSearch({ from: "/orders" });
  const { q, change, find, go, mayGoBack } = useList("/orders", search);
  const query = useQuery(ordersQuery({ ...search, q }));
  const { cursor, ...filters } = search;
  const isFiltered = q !== "" || Object.keys(filters).length > 0;
  const recovered = search.recovered === "true";
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      <SearchForm key={q} q={q} find={find} />
      <Filters>
        <ShopFilter value={search.shop} change={change} />
        <ChoiceFilter
          label={t("state")}
          value={search.state}
          options={ORDER_STATES.map((state) => ({ value: state, label: stateName(state) }))}
          onChoose={(state) => change({ state })}
        />
        <CampaignFilter value={search.campaign} change={change} />
        <ChoiceFilter
          label={t("recovered")}
          value={search.recovered}
          options={[
            { value: "true", label: t("recoveredYes") },
            { value: "false", label: t("recoveredNo") },
          ]}
          onChoose={(value) => change({ recovered: value })}
        />
        <PeriodFilter value={search} change={change} />
      </Filters>
      <Panel
        title={t(q !== "" ? "found" : recovered ? "listRecovered" : "list")}
        note={t(recovered ? "noteRecovered" : "note")}
        aside={<AsOf at={query.dataUpdatedAt} busy={query.isFetching} refresh={() => void query.refetch()} />}
      >
        <Loaded query={query} height={400}>
          {({ items, next }) => (
            <>
              {items.length === 0 ? <Text>{t(isFiltered ? "none" : "noneYet")}</Text> : <Rows items={items} />}
              <Pager cursor={cursor} next={next} mayGoBack={mayGoBack} go={go} />
            </>
          )}
        </Loaded>
      </Panel>
    </Stack>
  );
}

function SearchForm({ q, find }: { readonly q: string; readonly find: (words: string) => void }) {
  const t = useT();
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find(text.trim());
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <TextInput
          type="search"
          label={t("search")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={200}
          autoComplete="off"
          style={{ flex: 1, minWidth: 200, maxWidth: 480 }}
        />
        <Button type="submit" leftSection={<IconSearch size={16} />}>
          {t("find")}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        {t("searchNote")}
      </Text>
    </form>
  );
}

/** Drawn again for other rows only: there are hundreds of cells. */
const Rows = memo(({ items }: { readonly items: OrderPage["items"] }) => {
  const t = useT();
  return (
    <Wide label={t("list")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("order")}</Table.Th>
          <Table.Th>{t("state")}</Table.Th>
          <Table.Th visibleFrom="sm">{t("created")}</Table.Th>
          <Table.Th visibleFrom="md">{t("campaign")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((item) => (
          <Row key={`${item.shop} ${item.id}`} item={item} />
        ))}
      </Table.Tbody>
    </Wide>
  );
});

function Row({ item }: { readonly item: OrderPage["items"][number] }) {
  const t = useT();
  const { money, shopTime } = useFormats();
  const { shop, id, number, buyer, phone, recovery } = item;
  const below = [shop, ...(number === null ? [] : [id]), ...(buyer === null ? [] : [t("buyer", { buyer })])];
  const created = shopTime(item.createdAt);
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: "anywhere", minWidth: 140 }}>
        <Anchor component={Link} to="/orders/$shop/$id" params={{ shop, id } as never} fw={600}>
          {number ?? id}
        </Anchor>
        <Text size="xs" c="dimmed">
          {below.join(" · ")}
        </Text>
        {phone === null ? null : <Text size="xs">{phone}</Text>}
      </Table.Td>
      <Table.Td>
        <OrderState state={item.state} />
        <Text size="sm">{item.amount === null ? "" : money(item.amount)}</Text>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {created}
        </Text>
        {recovery === null ? null : (
          <Text size="xs">
            {t("recovery", { amount: money(recovery.amount), step: recovery.step ?? recovery.campaign ?? "" })}
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm">{created}</Text>
        {item.state === "unpaid" && item.closesAt !== null ? (
          <Text size="xs" c="dimmed">
            {t("closes", { at: shopTime(item.closesAt) })}
          </Text>
        ) : null}
      </Table.Td>
      <Table.Td visibleFrom="md">{recovery?.campaign ?? item.campaign ?? "–"}</Table.Td>
    </Table.Tr>
  );
}
