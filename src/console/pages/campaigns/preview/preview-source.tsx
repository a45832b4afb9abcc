/** The data that the preview is made for: a sample, or a real order. */
import { Group, SegmentedControl, Select, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { recentOrdersQuery } from "../../../api/campaigns.ts";
import { shopsQuery } from "../../../api/pauses.ts";
import { useFormats } from "../../../ui/formats.ts";
import { words } from "../../../ui/words.ts";
import type { From } from "./use-preview.ts";

const useT = words({
  en: {
    source: "Data of the preview",
    sample: "Sample",
    real: "Real order",
    shop: "Shop",
    order: "Order",
    search: "newest, or search by number",
    none: "No such order",
  },
  zh: {
    source: "预览数据",
    sample: "示例",
    real: "真实订单",
    shop: "店铺",
    order: "订单",
    search: "最新订单，或按编号搜索",
    none: "没有这样的订单",
  },
});

type Props = { readonly from: From; readonly onFrom: (from: From) => void };

export function PreviewSource({ from, onFrom }: Props) {
  const t = useT();
  const [kind, setKind] = useState<"sample" | "real">(from.order === null ? "sample" : "real");
  const shops = (useQuery(shopsQuery).data?.items ?? []).map(({ name }) => name).filter((name) => name !== "*");
  const shop = from.shop ?? shops[0] ?? null;
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end" grow preventGrowOverflow={false}>
        <SegmentedControl
          size="xs"
          aria-label={t("source")}
          data={[
            { value: "sample", label: t("sample") },
            { value: "real", label: t("real") },
          ]}
          value={kind}
          onChange={(next) => {
            setKind(next === "real" ? "real" : "sample");
            onFrom({ shop, order: null });
          }}
        />
        {shops.length === 0 ? null : (
          <Select
            size="xs"
            aria-label={t("shop")}
            data={shops}
            value={shop}
            allowDeselect={false}
            searchable
            onChange={(name) => onFrom({ shop: name, order: null })}
          />
        )}
      </Group>
      {kind === "real" && shop !== null ? <Orders shop={shop} from={from} onFrom={onFrom} /> : null}
    </Stack>
  );
}

function Orders({ shop, from, onFrom }: Props & { readonly shop: string }) {
  const t = useT();
  const { money, shopTime } = useFormats();
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, 300);
  const { data } = useQuery(recentOrdersQuery(shop, asked.includes(" · ") ? "" : asked));
  const orders = data?.items ?? [];
  return (
    <Select
      size="xs"
      label={t("order")}
      placeholder={t("search")}
      searchable
      clearable
      nothingFoundMessage={t("none")}
      // The server searches.
      filter={({ options }) => options}
      data={orders.map(({ id, number, amount, createdAt }) => ({
        value: id,
        label: [number ?? id, ...(amount === null ? [] : [money(amount)]), shopTime(createdAt)].join(" · "),
      }))}
      value={from.order}
      onSearchChange={setSearch}
      onChange={(order) => onFrom({ shop, order })}
    />
  );
}
