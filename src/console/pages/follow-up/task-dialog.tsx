/** The work on a task that the person has claimed: the number, how it went, and the outcome in two taps. */
import { Anchor, Button, Chip, Group, Modal, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../api/call.ts";
import {
  type BuyerReason,
  type EndBody,
  endTask,
  type Outcome,
  phoneOf,
  releaseTask,
  type Task,
  type Touch,
  touchTask,
} from "../../api/tasks.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { useFormats } from "../../ui/formats.ts";
import { words } from "../../ui/words.ts";
import { TaskFacts } from "./task-card.tsx";
import { BUYER_REASONS, useDeskWords } from "./task-words.ts";

const useT = words({
  en: {
    title: "Your task",
    close: "Close",
    number: "Show the number",
    noNumber: "This buyer has no number.",
    trail: "The audit trail says that you saw it.",
    went: "How it went",
    reached: "Reached",
    no_answer: "No answer",
    wrong_number: "Wrong number",
    goesOn: "How it goes on",
    at: "When, on the clock of the shop",
    tonight: "20:00",
    tomorrow: "Tomorrow 10:00",
    needsTime: "Choose when the buyer will pay.",
    reason: "Why it is unpaid",
    note: "Note, stored encrypted",
    save: "Save the outcome",
    release: "Let it go",
  },
  zh: {
    title: "我的任务",
    close: "关闭",
    number: "查看号码",
    noNumber: "该买家没有号码。",
    trail: "审计记录会写明您查看过。",
    went: "联系情况",
    reached: "已接通",
    no_answer: "无人接听",
    wrong_number: "号码错误",
    goesOn: "后续",
    at: "时间（店铺时区）",
    tonight: "20:00",
    tomorrow: "明天 10:00",
    needsTime: "请选择买家何时付款。",
    reason: "未付款的原因",
    note: "备注（加密保存）",
    save: "保存结果",
    release: "放弃任务",
  },
});

const OUTCOMES: readonly Outcome[] = ["will_pay", "not_reached", "refused", "opted_out", "order_changed", "done"];
const RESULTS: readonly Touch["result"][] = ["reached", "no_answer", "wrong_number"];

type Props = { readonly task: Task | null; readonly onClose: () => void };

export function TaskDialog({ task, onClose }: Props) {
  const t = useT();
  return (
    <Modal
      opened={task !== null}
      onClose={onClose}
      title={t("title")}
      closeButtonProps={{ "aria-label": t("close") }}
      size="lg"
    >
      {task === null ? null : <Work key={task.id} task={task} onClose={onClose} />}
    </Modal>
  );
}

function Work({ task, onClose }: { readonly task: Task; readonly onClose: () => void }) {
  const { moneys } = useFormats();
  const queries = useQueryClient();
  const t = useT();
  const settled = () => queries.invalidateQueries({ queryKey: ["figures", "tasks"] });
  const release = useMutation({ mutationFn: () => releaseTask(task.id), onSuccess: onClose, onSettled: settled });
  return (
    <Stack>
      <Text fw={700} size="xl">
        {moneys(task.amount)}
      </Text>
      <Stack gap={4}>
        <TaskFacts task={task} />
      </Stack>
      <Contact id={task.id} />
      <Touches id={task.id} onDone={settled} />
      <End
        id={task.id}
        onDone={() => {
          void settled();
          onClose();
        }}
      />
      <ProblemText error={release.error} />
      <Group>
        <Button variant="subtle" onClick={() => release.mutate()} loading={release.isPending}>
          {t("release")}
        </Button>
      </Group>
    </Stack>
  );
}

function Contact({ id }: { readonly id: string }) {
  const t = useT();
  const ask = useMutation({ mutationFn: () => phoneOf(id) });
  const isMissing = ask.error instanceof Problem && ask.error.code === "phone_not_found";
  return (
    <Stack gap={4}>
      {ask.isSuccess ? (
        <Anchor size="xl" fw={700} href={`tel:${ask.data}`}>
          {ask.data}
        </Anchor>
      ) : (
        <Group>
          <Button leftSection={<IconPhone size={16} />} onClick={() => ask.mutate()} loading={ask.isPending}>
            {t("number")}
          </Button>
          <Text size="xs" c="dimmed">
            {t("trail")}
          </Text>
        </Group>
      )}
      <ProblemText error={ask.error}>{isMissing ? t("noNumber") : undefined}</ProblemText>
    </Stack>
  );
}

function Touches({ id, onDone }: { readonly id: string; readonly onDone: () => Promise<void> }) {
  const t = useT();
  const touch = useMutation({
    mutationFn: (result: Touch["result"]) => touchTask(id, { how: "call", result }),
    onSettled: onDone,
  });
  return (
    <Stack gap={4} role="group" aria-label={t("went")}>
      <Text size="sm" fw={600}>
        {t("went")}
      </Text>
      <Group gap="xs">
        {RESULTS.map((result) => (
          <Button
            key={result}
            size="xs"
            variant={touch.isSuccess && touch.variables === result ? "filled" : "default"}
            aria-pressed={touch.isSuccess && touch.variables === result}
            loading={touch.isPending && touch.variables === result}
            disabled={touch.isPending}
            onClick={() => touch.mutate(result)}
          >
            {t(result)}
          </Button>
        ))}
      </Group>
      <ProblemText error={touch.error} />
    </Stack>
  );
}

function End({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const t = useT();
  const desk = useDeskWords();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [at, setAt] = useState("");
  const [reason, setReason] = useState<BuyerReason | null>(null);
  const [note, setNote] = useState("");
  const end = useMutation({ mutationFn: (body: EndBody) => endTask(id, body), onSuccess: onDone });
  const timed = outcome === "will_pay" || outcome === "not_reached";
  const isMissing = outcome === "will_pay" && at === "";
  const save = () => {
    if (outcome === null || isMissing) return;
    const time =
      at === "" || !timed ? {} : { [outcome === "will_pay" ? "promiseAt" : "againAt"]: at.replace("T", " ") };
    end.mutate({
      outcome,
      ...time,
      ...(reason === null ? {} : { reason }),
      ...(note.trim() === "" ? {} : { note: note.trim() }),
    });
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
      {timed ? (
        <Group align="flex-end" gap="xs">
          <TextInput
            label={t("at")}
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
            placeholder="20:00"
            style={{ flex: "1 1 220px" }}
          />
          <Button variant="default" onClick={() => setAt("20:00")}>
            {t("tonight")}
          </Button>
          <Button variant="default" onClick={() => setAt("tomorrow 10:00")}>
            {t("tomorrow")}
          </Button>
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
      <ProblemText error={end.error} />
      <Group justify="flex-end">
        <Button onClick={save} loading={end.isPending} disabled={outcome === null || isMissing}>
          {t("save")}
        </Button>
      </Group>
    </Stack>
  );
}
