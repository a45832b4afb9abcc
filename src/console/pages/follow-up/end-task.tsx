/** How a case goes on, in two taps: an outcome, or a promise with a time, and save. */
import { Button, Chip, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type BuyerReason, type EndBody, endTask, type Outcome, type Task } from "../../api/tasks.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { words } from "../../ui/words.ts";
import { quickTimes } from "./quick-times.ts";
import { BUYER_REASONS, useDeskWords } from "./task-words.ts";

const useT = words({
  en: {
    goesOn: "How it goes on",
    at: "When, on the clock of the shop",
    forms: "Like 20:00, tomorrow 10:00 or 2026-12-24 20:00",
    tonight: "Today 20:00",
    tomorrow: "Tomorrow 10:00",
    tomorrowNight: "Tomorrow 20:00",
    needsTime: "Choose when the buyer will pay.",
    reason: "Why it is unpaid",
    note: "Note, stored encrypted",
    save: "Save the outcome",
    promise: "Will pay",
    next: "Save, next task",
  },
  zh: {
    goesOn: "后续",
    at: "时间（店铺时区）",
    forms: "例如 20:00、tomorrow 10:00（明天）或 2026-12-24 20:00",
    tonight: "今天 20:00",
    tomorrow: "明天 10:00",
    tomorrowNight: "明天 20:00",
    needsTime: "请选择买家何时付款。",
    reason: "未付款的原因",
    note: "备注（加密保存）",
    save: "保存结果",
    promise: "承诺付款",
    next: "保存并处理下一个",
  },
});

const OUTCOMES: readonly Outcome[] = ["will_pay", "not_reached", "refused", "opted_out", "order_changed", "done"];

type Props = {
  readonly task: Task;
  readonly onDone: () => void;
  /** null: there is no other task. */
  readonly onNext: (() => void) | null;
};

export function EndTask({ task: { id, timeZone }, onDone, onNext }: Props) {
  const t = useT();
  const desk = useDeskWords();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [at, setAt] = useState("");
  const [reason, setReason] = useState<BuyerReason | null>(null);
  const [note, setNote] = useState("");
  const end = useMutation({ mutationFn: (body: EndBody) => endTask(id, body) });
  const timed = outcome === "will_pay" || outcome === "not_reached";
  const isMissing = outcome === "will_pay" && at === "";
  const save = (onSuccess: () => void) => {
    if (outcome === null || isMissing) return;
    const time =
      at === "" || !timed ? {} : { [outcome === "will_pay" ? "promiseAt" : "againAt"]: at.replace("T", " ") };
    const words = { ...(reason === null ? {} : { reason }), ...(note.trim() === "" ? {} : { note: note.trim() }) };
    end.mutate({ outcome, ...time, ...words }, { onSuccess });
  };
  return (
    <Stack gap="xs" role="group" aria-label={t("goesOn")}>
      <Text size="sm" fw={600}>
        {t("goesOn")}
      </Text>
      <Chip.Group value={outcome} onChange={(value) => setOutcome(value as Outcome)}>
        <Group gap="xs">
          {OUTCOMES.map((each) => (
            <Chip key={each} value={each} size="sm">
              {desk(`outcomes.${each}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Group gap="xs" role="group" aria-label={t("promise")}>
        <Text size="sm">{t("promise")}</Text>
        {quickTimes(timeZone, Date.now()).map(([label, time]) => (
          <Button
            key={label}
            size="xs"
            variant={outcome === "will_pay" && at === time ? "filled" : "default"}
            aria-pressed={outcome === "will_pay" && at === time}
            onClick={() => {
              if (outcome !== "not_reached") setOutcome("will_pay");
              setAt(time);
            }}
          >
            {t(label)}
          </Button>
        ))}
      </Group>
      {timed ? (
        <Group align="flex-end" gap="xs">
          <TextInput
            label={t("at")}
            description={t("forms")}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
            style={{ flex: "1 1 220px" }}
          />
        </Group>
      ) : null}
      {isMissing ? (
        <Text size="xs" c="dimmed">
          {t("needsTime")}
        </Text>
      ) : null}
      <Select
        label={t("reason")}
        data={BUYER_REASONS.map((value) => ({ value, label: desk(`reasons.${value}`) }))}
        value={reason}
        onChange={(value) => setReason(value as BuyerReason | null)}
        clearable
      />
      <Textarea
        label={t("note")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        maxLength={2_000}
        autosize
      />
      <ProblemText
        error={end.error}
        labels={{ promiseAt: t("at"), againAt: t("at"), reason: t("reason"), note: t("note") }}
      />
      <Group justify="flex-end">
        {onNext === null ? null : (
          <Button
            variant="default"
            onClick={() => save(onNext)}
            loading={end.isPending}
            disabled={outcome === null || isMissing}
          >
            {t("next")}
          </Button>
        )}
        <Button onClick={() => save(onDone)} loading={end.isPending} disabled={outcome === null || isMissing}>
          {t("save")}
        </Button>
      </Group>
    </Stack>
  );
}
