/** The filters of a list. Each is a value of the address; none is the whole. */
import { Select, SimpleGrid, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { campaignsQuery, channelsQuery, shopsQuery } from "../../api/pauses.ts";
import { REASON_CODES, useReason } from "../reasons.ts";
import { words } from "../words.ts";

const useT = words({
  en: {
    filters: "Filters",
    shop: "Shop",
    campaign: "Campaign",
    channel: "Channel",
    reason: "Reason",
    any: "All",
    period: "Period",
    always: "All time",
    today: "Today",
    yesterday: "Yesterday",
    week: "Last 7 days",
    month: "Last 30 days",
    chosen: "Chosen days",
    from: "From",
    to: "To",
  },
  zh: {
    filters: "筛选",
    shop: "店铺",
    campaign: "活动",
    channel: "渠道",
    reason: "原因",
    any: "全部",
    period: "时间范围",
    always: "全部时间",
    today: "今天",
    yesterday: "昨天",
    week: "最近 7 天",
    month: "最近 30 天",
    chosen: "自选日期",
    from: "从",
    to: "到",
  },
});

export type Change = (patch: Readonly<Record<string, string | undefined>>) => void;

export function Filters({ children }: { readonly children: ReactNode }) {
  const t = useT();
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="xs" component="section" aria-label={t("filters")}>
      {children}
    </SimpleGrid>
  );
}

type Option = { readonly value: string; readonly label: string };

export function ChoiceFilter({
  label,
  value,
  options,
  onChoose,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly Option[];
  readonly onChoose: (value: string | undefined) => void;
}) {
  const t = useT();
  // A name of an older link stays to be seen, and can be taken away.
  const named =
    value === undefined || options.some((option) => option.value === value) ? [] : [{ value, label: value }];
  return (
    <Select
      label={label}
      value={value ?? ""}
      data={[{ value: "", label: t("any") }, ...options, ...named]}
      onChange={(chosen) => onChoose(chosen === null || chosen === "" ? undefined : chosen)}
      allowDeselect={false}
      searchable={options.length > 8}
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
    />
  );
}

const plain = (names: readonly string[]): Option[] => names.map((name) => ({ value: name, label: name }));
type Named = { readonly value: string | undefined; readonly change: Change };

export function ShopFilter({ value, change }: Named) {
  const t = useT();
  const names = (useQuery(shopsQuery).data?.items ?? []).map(({ name }) => name);
  return <ChoiceFilter label={t("shop")} value={value} options={plain(names)} onChoose={(shop) => change({ shop })} />;
}

export function CampaignFilter({ value, change }: Named) {
  const t = useT();
  const names = (useQuery(campaignsQuery).data?.items ?? []).map(({ key }) => key);
  const choose = (campaign: string | undefined) => change({ campaign });
  return <ChoiceFilter label={t("campaign")} value={value} options={plain(names)} onChoose={choose} />;
}

export function ChannelFilter({ value, change }: Named) {
  const t = useT();
  const names = (useQuery(channelsQuery).data?.items ?? []).map(({ name }) => name);
  const choose = (channel: string | undefined) => change({ channel });
  return <ChoiceFilter label={t("channel")} value={value} options={plain(names)} onChoose={choose} />;
}

export function ReasonFilter({ value, change }: Named) {
  const t = useT();
  const reason = useReason();
  const options = REASON_CODES.map((code) => ({ value: code, label: reason(code) }));
  return (
    <ChoiceFilter
      label={t("reason")}
      value={value}
      options={options}
      onChoose={(chosen) => change({ reason: chosen })}
    />
  );
}

export type Period = { readonly on?: string; readonly from?: string; readonly to?: string };
const NONE = { on: undefined, from: undefined, to: undefined };
const SPANS = {
  today: { on: "today" },
  yesterday: { on: "yesterday" },
  week: { from: "-7d" },
  month: { from: "-30d" },
};
const SPAN_NAMES = ["today", "yesterday", "week", "month"] as const satisfies readonly (keyof typeof SPANS)[];
const DAY = /^\d{4}-\d\d-\d\d$/;

export function PeriodFilter({ value, change }: { readonly value: Period; readonly change: Change }) {
  const t = useT();
  const [asked, ask] = useState(false);
  const { on, from, to } = value;
  const isSpan = (span: Period) => span.on === on && span.from === from && to === undefined;
  const span = SPAN_NAMES.find((name) => isSpan(SPANS[name]));
  const isChosen = span === undefined && (asked || on !== undefined || from !== undefined || to !== undefined);
  const choose = (chosen: string | null) => {
    ask(chosen === "chosen");
    const known = SPAN_NAMES.find((name) => name === chosen);
    change({ ...NONE, ...(known === undefined ? {} : SPANS[known]) });
  };
  // One day of a link is a period from and to it.
  const day = (time: string | undefined) => (DAY.test(time ?? on ?? "") ? (time ?? on ?? "") : "");
  const ends = { from: day(from), to: day(to) };
  const end = (name: "from" | "to") => (
    <TextInput
      type="date"
      label={t(name)}
      value={ends[name]}
      {...(name === "from" ? { max: ends.to } : { min: ends.from })}
      onChange={(event) => {
        const next = { ...ends, [name]: event.currentTarget.value };
        change({ ...NONE, from: next.from || undefined, to: next.to || undefined });
      }}
    />
  );
  return (
    <>
      <Select
        label={t("period")}
        value={isChosen ? "chosen" : (span ?? "")}
        data={[
          { value: "", label: t("always") },
          ...SPAN_NAMES.map((name) => ({ value: name, label: t(name) })),
          { value: "chosen", label: t("chosen") },
        ]}
        onChange={choose}
        allowDeselect={false}
      />
      {isChosen ? end("from") : null}
      {isChosen ? end("to") : null}
    </>
  );
}
