/** The rows of the report and their totals. A figure that a list shows leads to it. */
import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Figures, RecoveryReport, ReportRow } from "../../api/recovery.ts";
import { NOTHING, useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { useReason } from "../../ui/reasons.ts";
import { type Drill, deliveriesOf, ordersOf } from "./drill.ts";
import { useT } from "./words.ts";

const COLUMNS = [
  ...(["orders", "reminded", "sent", "delivered", "skipped", "failed"] as const),
  ...(["recovered", "rate", "money", "lift", "cost"] as const),
];
type Column = (typeof COLUMNS)[number];

function useWrite(): (column: Column, figures: Figures) => string {
  const { count, percent, moneys, points } = useFormats();
  return (column, figures) => {
    switch (column) {
      case "orders":
        return count(figures.orders);
      case "reminded":
        return count(figures.remindedOrders);
      case "failed":
        return count(figures.failed + figures.unknown);
      case "recovered":
        return count(figures.recoveredOrders);
      case "rate":
        return percent(figures.recoveryRate);
      case "money":
        return moneys(figures.recoveredAmount);
      case "cost":
        return moneys(figures.cost);
      case "lift":
        return figures.lift === null
          ? NOTHING
          : `${points(figures.lift)} (${points(figures.liftLow)} … ${points(figures.liftHigh)})`;
      default:
        return count(figures[column]);
    }
  };
}

export function ReportTable({ report, period }: { readonly report: RecoveryReport; readonly period: Drill }) {
  const t = useT();
  const reason = useReason();
  const write = useWrite();
  const { by, rows, totals, previous } = report;
  const nameOf = (row: ReportRow, key: (typeof by)[number]) => {
    const value = row[key] ?? null;
    if (value === null) return t("nameless");
    return key === "reason" ? reason(value) : value;
  };
  const cells = (figures: Figures, before: Figures | undefined, row: ReportRow | null) =>
    COLUMNS.map((column) => (
      <Table.Td key={column} ta="right" style={{ whiteSpace: "nowrap" }}>
        <Led to={linkOf(column, by, row, period)}>{write(column, figures)}</Led>
        {before === undefined ? null : (
          <Text size="xs" c="dimmed">
            {t("before", { value: write(column, before) })}
          </Text>
        )}
      </Table.Td>
    ));
  return (
    <Wide label={t("table")}>
      <Table.Thead>
        <Table.Tr>
          {by.length === 0 ? <Table.Td /> : by.map((key) => <Table.Th key={key}>{t(`dimension.${key}`)}</Table.Th>)}
          {COLUMNS.map((column) => (
            <Table.Th key={column} ta="right">
              {t(column)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={by.map((key) => row[key] ?? "").join("\n")}>
            {by.map((key) => (
              <Table.Td key={key}>{nameOf(row, key)}</Table.Td>
            ))}
            {cells(row, row.previous, row)}
          </Table.Tr>
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        <Table.Tr fw={700}>
          <Table.Th colSpan={Math.max(1, by.length)}>{t("totals")}</Table.Th>
          {cells(totals, previous?.totals, null)}
        </Table.Tr>
      </Table.Tfoot>
    </Wide>
  );
}

type Target = { readonly to: "/orders" | "/deliveries"; readonly search: Drill };

function linkOf(column: Column, by: RecoveryReport["by"], row: ReportRow | null, period: Drill): Target | null {
  const orders = (more: Drill): Target | null => {
    const search = ordersOf(by, row, period);
    return search === null ? null : { to: "/orders", search: { ...search, ...more } };
  };
  const deliveries = (more: Drill): Target | null => {
    const search = deliveriesOf(by, row, period);
    return search === null ? null : { to: "/deliveries", search: { ...search, ...more } };
  };
  if (column === "orders") return orders({});
  if (column === "recovered") return orders({ recovered: "true" });
  if (column === "sent") return deliveries({ state: "accepted" });
  if (column === "skipped") return deliveries({ show: "skipped" });
  return null;
}

function Led({ to, children }: { readonly to: Target | null; readonly children: ReactNode }) {
  if (to === null || children === NOTHING || children === "0") return children;
  return (
    <Anchor component={Link} to={to.to} search={to.search as never} size="sm">
      {children}
    </Anchor>
  );
}
