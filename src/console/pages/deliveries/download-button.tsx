/** The filtered list as a CSV file. It is asked for page by page, so that no answer is large. */
import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Asked, type Delivery, type Reminder, rowsOf } from "../../api/lists.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { useFormats } from "../../ui/formats.ts";
import { useSignal } from "../../ui/use-signal.ts";
import { words } from "../../ui/words.ts";
import { csvOf } from "./csv.ts";
import { download } from "./download.ts";

const useT = words({
  en: {
    csv: "CSV",
    title: "Download the filtered list as CSV, at most {most} rows",
    busy: "{count} rows so far",
    cut: "The file has the newest {most} rows. Choose a shorter period for the others.",
  },
  zh: {
    csv: "CSV",
    title: "下载筛选结果（CSV，最多 {most} 行）",
    busy: "已读取 {count} 行",
    cut: "文件只含最新的 {most} 行。其余的请缩短时间范围后再下载。",
  },
});

export const MOST_ROWS = 10_000;

const SAME = ["shop", "id", "buyer", "orders", "campaign", "campaignVersion", "step", "variant"] as const;
const DELIVERY = [
  ...[...SAME, "reminder", "channel", "attempt", "state", "claimedAt", "finishedAt", "deliveredAt"],
  ...["template", "templateVersion", "messageId", "segments", "cost", "currency", "code", "message", "lookup"],
] as const;
const REMINDER = [...SAME, "case", "kind", "state", "reason", "dueAt", "decidedAt"] as const;

const deliveryRow = (row: Delivery) => {
  const values = { ...row, cost: row.cost?.amount ?? null, currency: row.cost?.currency ?? null };
  return DELIVERY.map((name) => cellOf(values[name as keyof typeof values]));
};
const reminderRow = (row: Reminder) => REMINDER.map((name) => cellOf(row[name]));
const cellOf = (value: string | number | readonly string[] | null): string | number | null =>
  typeof value === "object" && value !== null ? value.join(" ") : value;

export function DownloadButton({ show, asked }: { readonly show: "deliveries" | "reminders"; readonly asked: Asked }) {
  const t = useT();
  const { count } = useFormats();
  const [done, setDone] = useState(0);
  const signalOf = useSignal();
  const make = useMutation({
    mutationFn: async () => {
      setDone(0);
      const signal = signalOf();
      if (show === "deliveries") {
        const { rows, more } = await rowsOf<Delivery>("/v1/deliveries", asked, MOST_ROWS, setDone, signal);
        download("deliveries.csv", csvOf(DELIVERY, rows.map(deliveryRow)));
        return more;
      }
      const { rows, more } = await rowsOf<Reminder>("/v1/reminders", asked, MOST_ROWS, setDone, signal);
      download("reminders.csv", csvOf(REMINDER, rows.map(reminderRow)));
      return more;
    },
  });
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} />}
        title={t("title", { most: count(MOST_ROWS) })}
        loading={make.isPending}
        onClick={() => make.mutate()}
      >
        {t("csv")}
      </Button>
      {make.isPending ? (
        <Text size="xs" role="status">
          {t("busy", { count: count(done) })}
        </Text>
      ) : null}
      {make.data === true ? (
        <Text size="xs" role="status">
          {t("cut", { most: count(MOST_ROWS) })}
        </Text>
      ) : null}
      <ProblemText size="xs" error={make.error} />
    </Group>
  );
}
