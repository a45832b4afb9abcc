/** What came of the reminders in a period: figures by what is chosen, the way from the order to the payment, and what the reminders caused. */
import { Alert, Button, Grid, Group, MultiSelect, Select, Stack, Switch, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { csvUrl, DIMENSIONS, type Figures, type RecoveryReport, recoveryQuery } from "../../api/recovery.ts";
import { useFormats } from "../../ui/formats.ts";
import { Filters, PeriodFilter } from "../../ui/list/filters.tsx";
import { useList } from "../../ui/list/use-list.ts";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { Bars, type Interval, Intervals } from "./bars.tsx";
import { MoneyPanel } from "./money-panel.tsx";
import { PeoplePanels } from "./people/people-panels.tsx";
import { ReportTable } from "./report-table.tsx";
import { SkipsPanel } from "./skips-panel.tsx";
import { TimeToPay } from "./time-to-pay.tsx";
import { useT } from "./words.ts";

export function ReportsPage() {
  const t = useT();
  const search = useSearch({ from: "/reports" });
  const { change } = useList("/reports", search);
  const { by = "campaign", on, from, to, horizon } = search;
  const mayCompare = (on !== undefined || from !== undefined) && !by.split(",").includes("hour");
  const compare = mayCompare ? search.compare : undefined;
  const asked = { on, from, to, horizon };
  const query = useQuery(recoveryQuery({ ...asked, by, compare }));
  return (
    <Stack>
      <Group justify="space-between" gap="xs">
        <Title order={1} size="h2">
          {t("title")}
        </Title>
        <Button
          component="a"
          href={csvUrl({ ...asked, by, compare })}
          download="recovery.csv"
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          {t("csv")}
        </Button>
      </Group>
      <Filters>
        <PeriodFilter value={search} change={change} />
        <MultiSelect
          label={t("by")}
          value={by.split(",")}
          data={DIMENSIONS.map((value) => ({ value, label: t(`dimension.${value}`) }))}
          onChange={(keys) => change({ by: keys.join(",") || "campaign" })}
        />
        <Select
          label={t("horizon")}
          value={horizon ?? ""}
          data={[
            { value: "", label: t("window") },
            { value: "1h", label: t("hour1") },
            { value: "24h", label: t("hours24") },
            { value: "7d", label: t("days7") },
          ]}
          onChange={(value) => change({ horizon: value || undefined })}
          allowDeselect={false}
        />
      </Filters>
      <Switch
        label={t("compare")}
        description={mayCompare ? undefined : t("compareNeeds")}
        disabled={!mayCompare}
        checked={compare === "previous"}
        onChange={(event) => change({ compare: event.currentTarget.checked ? "previous" : undefined })}
      />
      <Loaded query={query} height={400}>
        {(report) => <Report report={report} asked={asked} />}
      </Loaded>
    </Stack>
  );
}

function usePeriodText(): (report: Pick<RecoveryReport, "from" | "to" | "zone">) => string {
  const t = useT();
  const { shopTime } = useFormats();
  return ({ from, to, zone }) => {
    const clock = zone === null ? t("zones") : t("zone", { zone });
    if (from === null && to === null) return t("always", { zone: clock });
    return t("period", { from: shopTime(from), to: shopTime(to), zone: clock });
  };
}

function Report({
  report,
  asked,
}: {
  readonly report: RecoveryReport;
  readonly asked: Readonly<Record<"on" | "from" | "to" | "horizon", string | undefined>>;
}) {
  const t = useT();
  const periodText = usePeriodText();
  const { on, from, to } = asked;
  const period = periodText(report);
  const before = report.previous === null ? "" : ` ${t("before", { value: periodText(report.previous) })}`;
  return (
    <>
      {report.warnings.length === 0 ? null : (
        <Alert variant="default" title={t("warnings")} role="region" aria-label={t("warnings")}>
          {report.warnings.map((warning) => (
            <Text key={warning} size="sm" lang="en">
              {warning}
            </Text>
          ))}
        </Alert>
      )}
      <Panel title={t("table")} note={t("tableNote", { period: `${period}${before}` })}>
        {report.rows.length === 0 ? <Text>{t("none")}</Text> : null}
        <ReportTable report={report} period={{ on, from, to }} />
      </Panel>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Panel title={t("funnel")} note={t("funnelNote", { period })}>
            <Funnel totals={report.totals} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Panel title={t("effect")} note={t("effectNote", { period })}>
            <Effect report={report} />
          </Panel>
        </Grid.Col>
      </Grid>
      <Variants report={report} period={period} />
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <TimeToPay asked={{ on, from, to }} period={period} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <SkipsPanel asked={{ on, from, to }} period={period} />
        </Grid.Col>
      </Grid>
      <PeoplePanels asked={asked} period={period} />
      <MoneyPanel asked={asked} period={period} />
    </>
  );
}

function Funnel({ totals }: { readonly totals: Figures }) {
  const t = useT();
  const { count, percent } = useFormats();
  const bar = (label: string, value: number | null, more = "") => ({ label, value, text: `${count(value)}${more}` });
  const rate = totals.recoveryRate === null ? "" : ` (${percent(totals.recoveryRate)})`;
  return (
    <>
      <Bars
        bars={[
          bar(t("orders"), totals.orders),
          bar(t("reminded"), totals.remindedOrders),
          bar(t("deliveredMessages"), totals.delivered),
          bar(t("recovered"), totals.recoveredOrders, rate),
        ]}
      />
      {totals.medianTimeToPay === null ? null : (
        <Text size="sm">{t("timeToPay", { time: totals.medianTimeToPay })}</Text>
      )}
    </>
  );
}

function Effect({ report: { by, rows, totals } }: { readonly report: RecoveryReport }) {
  const t = useT();
  const { count, points } = useFormats();
  const named = [
    ...rows.map((row) => ({ label: by.map((key) => row[key] ?? t("nameless")).join(" / "), figures: row as Figures })),
    { label: t("totals"), figures: totals },
  ];
  const intervals = named.flatMap(({ label, figures }): Interval[] => {
    const { lift, liftLow, liftHigh, treatedBuyers, holdoutBuyers } = figures;
    if (lift === null || liftLow === null || liftHigh === null) return [];
    const text = t("interval", { lift: points(lift), low: points(liftLow), high: points(liftHigh) });
    const more = t("buyers", { treated: count(treatedBuyers), holdout: count(holdoutBuyers) });
    return [{ label, value: lift, low: liftLow, high: liftHigh, text, more }];
  });
  return intervals.length === 0 ? <Text c="dimmed">{t("noEffect")}</Text> : <Intervals intervals={intervals} />;
}

function Variants({ report: { variants }, period }: { readonly report: RecoveryReport; readonly period: string }) {
  const t = useT();
  const { points } = useFormats();
  const intervals = variants.flatMap(({ campaign, comparisons }) =>
    comparisons.map(({ one, other, difference, low, high }): Interval => {
      const text = t("interval", { lift: points(difference), low: points(low), high: points(high) });
      return { label: t("versus", { campaign, one, other }), value: difference, low, high, text };
    }),
  );
  if (intervals.length === 0) return null;
  return (
    <Panel title={t("variants")} note={t("variantsNote", { period })}>
      <Intervals intervals={intervals} />
    </Panel>
  );
}
