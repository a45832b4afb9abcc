/** The tasks of each shop now, and those that ended today. */
import { Badge, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type DeskState, deskStateQuery } from "../../../api/desk.ts";
import { useFormats } from "../../../ui/formats.ts";
import { Wide } from "../../../ui/list/wide.tsx";
import { Loaded, Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";

const useT = words({
  en: {
    title: "Shops",
    none: "No shop has a task.",
    shop: "Shop",
    unclaimed: "Unclaimed",
    overdue: "Overdue",
    claimed: "Claimed",
    doneToday: "Done today",
    all: "All",
  },
  zh: {
    title: "店铺",
    none: "没有店铺有任务。",
    shop: "店铺",
    unclaimed: "未领取",
    overdue: "已逾期",
    claimed: "处理中",
    doneToday: "今日结束",
    all: "合计",
  },
});

type Shop = DeskState["shops"][number];
const COUNTS = ["unclaimed", "overdue", "claimed", "doneToday"] as const;

export function ShopsPanel() {
  const t = useT();
  const query = useQuery(deskStateQuery);
  return (
    <Panel title={t("title")}>
      <Loaded query={query} height={80}>
        {({ shops }) =>
          shops.length === 0 ? (
            <Text size="sm">{t("none")}</Text>
          ) : (
            <Wide label={t("title")} columns={[t("shop"), ...COUNTS.map((count) => ({ figure: t(count) }))]}>
              {[...shops, ...(shops.length > 1 ? [sumOf(shops, t("all"))] : [])].map((shop, n) => (
                <Row key={n < shops.length ? shop.shop : ""} shop={shop} isSum={n === shops.length} />
              ))}
            </Wide>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Row({ shop, isSum }: { readonly shop: Shop; readonly isSum: boolean }) {
  const { count } = useFormats();
  return (
    <Table.Tr {...(isSum ? { fw: 600 } : {})}>
      <Table.Td>{shop.shop}</Table.Td>
      {COUNTS.map((each) => (
        <Table.Td key={each} ta="right">
          {each === "overdue" && shop.overdue > 0 && !isSum ? (
            <Badge color="red.9">{count(shop.overdue)}</Badge>
          ) : (
            count(shop[each])
          )}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function sumOf(shops: readonly Shop[], name: string): Shop {
  const sum = (each: (typeof COUNTS)[number]) => shops.reduce((all, shop) => all + shop[each], 0);
  return {
    ...{ shop: name, unclaimed: sum("unclaimed"), overdue: sum("overdue") },
    ...{ claimed: sum("claimed"), doneToday: sum("doneToday") },
  };
}
