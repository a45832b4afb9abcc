/** Whether a campaign runs: in words, and by colour. */
import { Badge } from "@mantine/core";
import type { CampaignForm } from "../../api/campaigns.ts";
import type { CampaignList } from "../../api/pauses.ts";
import { useFormats } from "../../ui/formats.ts";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    runs: "Runs",
    paused: "Paused",
    retired: "Retired",
    ahead: "Not yet",
    over: "Over",
    always: "for orders of any time",
    from: "for orders from {from}",
    to: "for orders until {to}",
    between: "for orders from {from} to {to}",
  },
  zh: {
    runs: "运行中",
    paused: "已暂停",
    retired: "已停用",
    ahead: "未开始",
    over: "已结束",
    always: "适用于任何时间的订单",
    from: "适用于 {from} 起的订单",
    to: "适用于 {to} 前的订单",
    between: "适用于 {from} 至 {to} 的订单",
  },
});

type Active = CampaignForm["active"];
const COLOURS = { runs: "teal.9", paused: "red.9", retired: "gray.7", ahead: "blue.9", over: "gray.7" };

type Props = {
  readonly campaign: Pick<CampaignList["items"][number], "paused" | "retired">;
  /** null: not known. */
  readonly active: Active | null;
};

export function StateBadge({ campaign, active }: Props) {
  const t = useT();
  const state = stateOf(campaign, active);
  return (
    <Badge color={COLOURS[state]} tt="none">
      {t(state)}
    </Badge>
  );
}

function stateOf({ paused, retired }: Props["campaign"], active: Active | null): keyof typeof COLOURS {
  if (retired) return "retired";
  if (paused) return "paused";
  if (active?.to && Date.parse(active.to) <= Date.now()) return "over";
  if (active?.from && Date.parse(active.from) > Date.now()) return "ahead";
  return "runs";
}

export function useActiveText(): (active: Active) => string {
  const t = useT();
  const { shopMinute } = useFormats();
  return ({ from, to }) => {
    if (from === null && to === null) return t("always");
    if (from === null) return t("to", { to: shopMinute(to) });
    if (to === null) return t("from", { from: shopMinute(from) });
    return t("between", { from: shopMinute(from), to: shopMinute(to) });
  };
}
