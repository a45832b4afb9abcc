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
      {report.shifts.some(({ shift }) => shift !== null) ? (
        <ShiftResults items={report.shifts} period={period} />
      ) : null}
    </>
  );
}

/** Of a person, and of a person on one shift. */
const FIGURES = ["tasks", "reached", "paid", "paidShare", "orders", "amount", "promises", "minutes"] as const;
/** Only admins see the last two. */
const COSTS = ["hours", "wage", "each"] as const;

function Results({ items, period }: { readonly items: StaffReport["items"]; readonly period: string }) {
  const t = useT();
  const { money } = useFormats();
  const cellsOf = useCells();
  const isAdmin = useMay("admin");
  const costs = COSTS.slice(0, isAdmin ? 3 : 1);
  const columns = [t("person"), ...[...FIGURES, ...costs].map((figure) => ({ figure: t(figure) }))];
  return (
    <Panel title={t("staff")} note={t("staffNote", { period })}>
      <Wide label={t("staff")} columns={columns}>
        {items.map((item) => {
          const sums = [item.wage, item.wagePerOrder].map((sum) => (sum === null ? NOTHING : money(sum)));
          const cost = [item.hours === null ? NOTHING : item.hours.toFixed(1), ...sums].slice(0, costs.length);
          return <Row key={item.person} names={[item.person]} cells={[...cellsOf(item), ...cost]} />;
        })}
      </Wide>
    </Panel>
  );
}

type ByShift = StaffReport["shifts"];

function ShiftResults({ items, period }: { readonly items: ByShift; readonly period: string }) {
  const t = useT();
  const cellsOf = useCells();
  const columns = [t("person"), t("shift"), ...FIGURES.map((figure) => ({ figure: t(figure) }))];
  const nameOf = ({ shift }: ByShift[number]) =>
    shift === null ? t("noShift") : `${shift.from}–${shift.to} ${shift.zone}`;
  return (
    <Panel title={t("shifts")} note={t("shiftsNote", { period })}>
      <Wide label={t("shifts")} columns={columns}>
        {items.map((item) => (
          <Row key={`${item.person} ${nameOf(item)}`} names={[item.person, nameOf(item)]} cells={cellsOf(item)} />
        ))}
      </Wide>
    </Panel>
  );
}

type Figures = Omit<ByShift[number], "shift">;

/** The cells of `FIGURES`. */
function useCells(): (figures: Figures) => string[] {
  const t = useT();
  const { count, moneys, percent } = useFormats();
  return (item) => [
    count(item.tasks),
    count(item.reached),
    count(item.recoveredCases),
    item.rateLow === null ? NOTHING : t("between", { low: percent(item.rateLow), high: percent(item.rateHigh) }),
    count(item.recoveredOrders),
    moneys(item.recoveredAmount),
    t("of", { kept: count(item.promisesKept), all: count(item.promises) }),
    count(item.medianMinutesToContact),
  ];
}

const Row = ({ names, cells }: { readonly names: readonly string[]; readonly cells: readonly string[] }) => (
  <Table.Tr>
    {names.map((name) => (
      <Table.Td key={name}>{name}</Table.Td>
    ))}
    {cells.map((cell, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a column keeps its place
      <Table.Td key={at} ta="right" style={{ whiteSpace: "nowrap" }}>
        {cell}
      </Table.Td>
    ))}
  </Table.Tr>
);
