/** A phrase of the staff as it is copied into a chat, and the warnings and faults of its text. */
import { Badge, Group, Skeleton, Stack } from "@mantine/core";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";
import { Warnings } from "../warnings.tsx";
import type { PhraseName } from "./file-name.ts";
import { Phone } from "./phone.tsx";
import { PreviewSource } from "./preview-source.tsx";
import { TextFaults } from "./text-faults.tsx";
import type { PreviewedPhrase } from "./use-phrase.ts";
import type { From } from "./use-preview.ts";

const useT = words({
  en: {
    title: "Phrase",
    key: "key {n}",
    note: "People who have a task copy it with this key, with the amounts and times of their case.",
    masked: "Name, note and pay link of a real order are masked here.",
  },
  zh: {
    title: "话术",
    key: "按键 {n}",
    note: "处理任务的人员按此键复制，金额和时间取自其案例。",
    masked: "真实订单的姓名、备注和付款链接在此已打码。",
  },
});

type Props = {
  readonly name: PhraseName;
  readonly previewed: PreviewedPhrase;
  readonly from: From;
  readonly onFrom: (from: From) => void;
};

export function PhrasePanel({ name, previewed, from, onFrom }: Props) {
  const t = useT();
  const { preview, faults, error, isOld } = previewed;
  const aside = (
    <Group gap={4}>
      {[t("key", { n: String(name.n) }), name.locale].map((each) => (
        <Badge key={each} variant="default" tt="none">
          {each}
        </Badge>
      ))}
    </Group>
  );
  const isWaiting = preview === null && faults.length === 0 && error === null;
  return (
    <Panel title={t("title")} aside={aside} note={from.order === null ? t("note") : `${t("note")} ${t("masked")}`}>
      <PreviewSource from={from} onFrom={onFrom} />
      <TextFaults faults={faults} />
      {error === null ? null : <ProblemAlert error={error} />}
      {isWaiting ? <Skeleton height={160} /> : null}
      {preview === null ? null : (
        <Stack gap="sm" style={{ opacity: isOld ? 0.6 : 1 }}>
          <Phone text={preview.text} subject={null} chat />
          <Warnings warnings={preview.warnings} />
        </Stack>
      )}
    </Panel>
  );
}
