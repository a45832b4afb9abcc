/** The tasks that nobody has claimed, each given away with one select; also only those that are overdue. */
import { Badge, Group, SegmentedControl, Select, Stack } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem } from "../../../api/call.ts";
import { assignTask, type Task, tasksQuery } from "../../../api/tasks.ts";
import { ProblemText } from "../../../ui/faults.tsx";
import { PagesList } from "../../../ui/parts/pages-list.tsx";
import { Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";
import { TaskCard } from "../task-card.tsx";

const useT = words({
  en: {
    unclaimed: "Unclaimed",
    which: "Which tasks",
    open: "All",
    late: "Overdue",
    none: "No task waits for somebody to claim it.",
    noneLate: "No task is overdue.",
    note: "A task is overdue at its time, or 5 minutes after it was made.",
    give: "Give the task {id} to",
    choose: "Give to…",
    taken: "Somebody has just claimed it ({detail}). It stays theirs.",
    ended: "It is done already. Nothing was changed.",
  },
  zh: {
    unclaimed: "未领取",
    which: "任务范围",
    open: "全部",
    late: "已逾期",
    none: "没有待领取的任务。",
    noneLate: "没有逾期的任务。",
    note: "到点或创建 5 分钟后仍未领取，即为逾期。",
    give: "将任务 {id} 指派给",
    choose: "指派给…",
    taken: "刚刚已被他人领取（{detail}），仍归其处理。",
    ended: "任务已结束，未作更改。",
  },
});

const LATE_MS = 5 * 60_000;
const LOOK_MS = 15_000;

export function UnclaimedPanel({ names }: { readonly names: readonly string[] }) {
  const t = useT();
  const queries = useQueryClient();
  const [which, setWhich] = useState<"open" | "late">("open");
  const query = useInfiniteQuery(tasksQuery(which));
  const now = useNow();
  const give = useMutation({
    mutationFn: ({ id, to }: { readonly id: string; readonly to: string }) => assignTask(id, to),
    onSettled: () => queries.invalidateQueries({ queryKey: ["figures", "tasks"] }),
  });
  const { error } = give;
  const code = error instanceof Problem ? error.code : null;
  const why =
    code === "task_taken"
      ? t("taken", { detail: error?.message ?? "" })
      : code === "task_ended"
        ? t("ended")
        : undefined;
  return (
    <Panel
      title={t("unclaimed")}
      note={t("note")}
      aside={
        <SegmentedControl
          aria-label={t("which")}
          value={which}
          onChange={(value) => setWhich(value as "open" | "late")}
          data={(["open", "late"] as const).map((value) => ({ value, label: t(value) }))}
        />
      }
    >
      <ProblemText error={error}>{why}</ProblemText>
      <PagesList query={query} none={t(which === "open" ? "none" : "noneLate")}>
        {(items) => (
          <Stack gap="xs">
            {items.map((task) => (
              <TaskCard key={task.id} task={task}>
                <Group gap="xs">
                  {isLate(task, now) ? (
                    <Badge tt="none" color="red.9">
                      {t("late")}
                    </Badge>
                  ) : null}
                  <Select
                    aria-label={t("give", { id: task.orders.join(" ") })}
                    placeholder={t("choose")}
                    data={[...names]}
                    value={task.assignee !== null && names.includes(task.assignee) ? task.assignee : null}
                    onChange={(to) => {
                      if (to !== null && to !== task.assignee) give.mutate({ id: task.id, to });
                    }}
                    disabled={give.isPending && give.variables.id === task.id}
                    w={170}
                  />
                </Group>
              </TaskCard>
            ))}
          </Stack>
        )}
      </PagesList>
    </Panel>
  );
}

const isLate = ({ dueAt, createdAt }: Task, now: number): boolean =>
  (dueAt === null ? Date.parse(createdAt) + LATE_MS : Date.parse(dueAt)) <= now;

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
