/** One task in the list: money, time left, orders, and who has it. */
import { Anchor, Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Task } from "../../api/tasks.ts";
import { useFormats } from "../../ui/formats.ts";
import { words } from "../../ui/words.ts";
import { useDeskWords } from "./task-words.ts";

const useT = words({
  en: {
    closes: "closes {at}",
    due: "due {at}",
    has: "{name} has it until {until}",
    assigned: "for {name}",
    alone: "for {name} alone until {until}",
    touches: "{count, plural, one {contacted once} other {contacted # times}}",
    ended: "Ended by itself: {why}",
    outcome: "{name}: {outcome}",
    unknown: "no number",
  },
  zh: {
    closes: "{at} 关单",
    due: "{at} 到期",
    has: "{name} 处理中，至 {until}",
    assigned: "指派给 {name}",
    alone: "指派给 {name}，{until} 前仅限本人领取",
    touches: "已联系 {count} 次",
    ended: "自动结束：{why}",
    outcome: "{name}：{outcome}",
    unknown: "无号码",
  },
});

export function TaskCard({ task, children }: { readonly task: Task; readonly children?: ReactNode }) {
  const { moneys } = useFormats();
  const desk = useDeskWords();
  return (
    <Paper withBorder p="sm" component="article" aria-label={`${task.buyer ?? ""} ${task.orders.join(" ")}`}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={4}>
          <Group gap="xs">
            <Text fw={700} size="lg">
              {moneys(task.amount)}
            </Text>
            <Badge variant="default">{desk(`kinds.${task.kind}`)}</Badge>
          </Group>
          <TaskFacts task={task} />
        </Stack>
        {children}
      </Group>
    </Paper>
  );
}

/** Times, orders and the person, also in the dialog. */
export function TaskFacts({ task }: { readonly task: Task }) {
  const t = useT();
  const { shopTime } = useFormats();
  return (
    <>
      <Text size="sm">
        {task.buyer ?? t("unknown")} · {task.shop}
        {task.closesAt === null ? "" : ` · ${t("closes", { at: shopTime(task.closesAt) })}`}
        {task.dueAt === null ? "" : ` · ${t("due", { at: shopTime(task.dueAt) })}`}
      </Text>
      <Group gap="xs">
        {task.orders.map((id) => (
          <Anchor
            key={id}
            size="sm"
            component={Link}
            to={`/orders/${encodeURIComponent(task.shop)}/${encodeURIComponent(id)}`}
          >
            {id}
          </Anchor>
        ))}
      </Group>
      {task.script === null ? null : (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {task.script}
        </Text>
      )}
      <Standing task={task} />
    </>
  );
}

function Standing({ task }: { readonly task: Task }) {
  const t = useT();
  const desk = useDeskWords();
  const { shopTime } = useFormats();
  const { assignee, leaseUntil, assignedUntil, outcome, why, touches } = task;
  const name = assignee ?? "–";
  const parts = [
    ...(touches === 0 ? [] : [t("touches", { count: touches })]),
    ...(outcome === null ? [] : [t("outcome", { name, outcome: desk(`outcomes.${outcome}`) })]),
    ...(why === null ? [] : [t("ended", { why: desk(`why.${why}`) })]),
    ...(task.state === "done" || assignee === null
      ? []
      : leaseUntil !== null
        ? [t("has", { name, until: shopTime(leaseUntil) })]
        : [assignedUntil === null ? t("assigned", { name }) : t("alone", { name, until: shopTime(assignedUntil) })]),
  ];
  return parts.length === 0 ? null : (
    <Text size="xs" c="dimmed">
      {parts.join(" · ")}
    </Text>
  );
}

type TakeProps = { readonly label: string; readonly busy: boolean; readonly onTake: () => void };
export const TakeButton = ({ label, busy, onTake }: TakeProps) => (
  <Button size="sm" onClick={onTake} loading={busy}>
    {label}
  </Button>
);
