/** Why reminders were not sent, as bars. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Asked } from "../../api/lists.ts";
import { recoveryQuery } from "../../api/recovery.ts";
import { useFormats } from "../../ui/formats.ts";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { useReason } from "../../ui/reasons.ts";
import { Bars } from "./bars.tsx";
import { useT } from "./words.ts";

export function SkipsPanel({ asked, period }: { readonly asked: Asked; readonly period: string }) {
  const t = useT();
  const reason = useReason();
  const { count } = useFormats();
  const query = useQuery(recoveryQuery({ ...asked, by: "reason" }));
  return (
    <Panel title={t("skips.title")} note={t("skips.note", { period })}>
      <Loaded query={query}>
        {({ rows }) => {
          const bars = rows
            .filter((row) => (row.reason ?? null) !== null && row.skipped > 0)
            .toSorted((one, two) => two.skipped - one.skipped)
            .map((row) => ({ label: reason(row.reason ?? ""), value: row.skipped, text: count(row.skipped) }));
          return bars.length === 0 ? <Text c="dimmed">{t("skips.none")}</Text> : <Bars bars={bars} />;
        }}
      </Loaded>
    </Panel>
  );
}
