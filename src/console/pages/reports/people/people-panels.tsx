/** The results of people in a period, each and against reminders alone. Where no case was a person's, nothing is shown. */
import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Asked } from "../../../api/lists.ts";
import { type StaffReport, staffReportQuery } from "../../../api/recovery.ts";
import { useMay } from "../../../api/session.ts";
import { NOTHING, useFormats } from "../../../ui/formats.ts";
import { Wide } from "../../../ui/list/wide.tsx";
import { Panel } from "../../../ui/parts/panel.tsx";
import { ArmsPanel } from "./arms-panel.tsx";
import { useT } from "./words.ts";

type Props = { readonly asked: Asked; readonly period: string };

export function PeoplePanels({ asked, period }: Props) {
  const { data: report } = useQuery(staffReportQuery(asked));
  if (report === undefined) return null;
  const { people, reminders, nothing } = report.arms;
  const hasCases = [people, reminders, nothing].some(({ cases, open }) => cases + open > 0);
  return (
    <>
      {hasCases ? <ArmsPanel report={report} period={period} /> : null}
      {report.items.length === 0 ? null : <Results items={report.items} period={period} />}
    </>
  );
}

const FIGURES = ["tasks", "reached", "paid", "paidShare", "orders", "amount", "promises", "minutes", "hours"] as const;
/** Only admins see them. */
const WAGES = ["wage", "each"] as const;

function Results({ items, period }: { readonly items: StaffReport["items"]; readonly period: string }) {
  const t = useT();
  const isAdmin = useMay("admin");
  const columns = [t("person"), ...[...FIGURES, ...(isAdmin ? WAGES : [])].map((figure) => ({ figure: t(figure) }))];
  return (
    <Panel title={t("staff")} note={t("staffNote", { period })}>
      <Wide label={t("staff")} columns={columns}>
        {items.map((item) => (
          <Row key={item.person} item={item} wages={isAdmin} />
        ))}
      </Wide>
    </Panel>
  );
}

function Row({ item, wages }: { readonly item: StaffReport["items"][number]; readonly wages: boolean }) {
  const t = useT();
  const { count, money, moneys, percent } = useFormats();
  const { person, rateLow, rateHigh, hours, wage, wagePerOrder } = item;
  const cells = [
    count(item.tasks),
    count(item.reached),
    count(item.recoveredCases),
    rateLow === null ? NOTHING : t("between", { low: percent(rateLow), high: percent(rateHigh) }),
    count(item.recoveredOrders),
    moneys(item.recoveredAmount),
    t("of", { kept: count(item.promisesKept), all: count(item.promises) }),
    count(item.medianMinutesToContact),
    hours === null ? NOTHING : hours.toFixed(1),
    ...(wages ? [wage, wagePerOrder].map((sum) => (sum === null ? NOTHING : money(sum))) : []),
  ];
  return (
    <Table.Tr>
      <Table.Td>{person}</Table.Td>
      {cells.map((cell, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column keeps its place
        <Table.Td key={at} ta="right" style={{ whiteSpace: "nowrap" }}>
          {cell}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
