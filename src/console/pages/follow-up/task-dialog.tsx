/** The work on a task that the person has claimed: the number, how it went, and the outcome in two taps. */
import { Anchor, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Problem } from "../../api/call.ts";
import { phoneOf, releaseTask, type Task, type Touch, touchTask } from "../../api/tasks.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { useFormats } from "../../ui/formats.ts";
import { words } from "../../ui/words.ts";
import { CaseFacts } from "./case-facts.tsx";
import { EndTask } from "./end-task.tsx";
import { Phrases } from "./phrases.tsx";
import { TaskFacts } from "./task-card.tsx";

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
    release: "Give it back",
    next: "Next task",
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
    release: "交还任务",
    next: "下一个任务",
  },
});

const RESULTS: readonly Touch["result"][] = ["reached", "no_answer", "wrong_number"];

type Props = {
  readonly task: Task | null;
  readonly onClose: () => void;
  /** Opens the next task. Absent: there is none. */
  readonly onNext?: (() => void) | undefined;
};

export function TaskDialog({ task, onClose, onNext }: Props) {
  const t = useT();
  return (
    <Modal
      opened={task !== null}
      onClose={onClose}
      title={t("title")}
      closeButtonProps={{ "aria-label": t("close") }}
      size="lg"
    >
      {task === null ? null : <Work key={task.id} task={task} onClose={onClose} onNext={onNext ?? null} />}
    </Modal>
  );
}

type WorkProps = { readonly task: Task; readonly onClose: () => void; readonly onNext: (() => void) | null };

function Work({ task, onClose, onNext }: WorkProps) {
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
        {/* The goods below name the orders. */}
        <TaskFacts task={{ ...task, orders: [] }} />
      </Stack>
      <CaseFacts id={task.id} />
      <Contact id={task.id} />
      <Phrases id={task.id} />
      <Touches id={task.id} onDone={settled} />
      <EndTask
        task={task}
        onDone={() => {
          void settled();
          onClose();
        }}
        onNext={
          onNext === null
            ? null
            : () => {
                void settled();
                onNext();
              }
        }
      />
      <ProblemText error={release.error} />
      <Group>
        <Button variant="subtle" onClick={() => release.mutate()} loading={release.isPending}>
          {t("release")}
        </Button>
        {onNext === null ? null : (
          <Button variant="subtle" onClick={onNext}>
            {t("next")}
          </Button>
        )}
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
