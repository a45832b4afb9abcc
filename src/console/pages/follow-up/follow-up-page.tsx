/** The desk: the cases that people take care of, the soonest close first. */
import { SegmentedControl, Skeleton, Stack, Tabs, Title } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { mayAct, sessionQuery, useMay } from "../../api/session.ts";
import { claimTask, type Task, tasksQuery, type Which } from "../../api/tasks.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { PagesList } from "../../ui/parts/pages-list.tsx";
import { Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { PromisesPanel } from "./promises-panel.tsx";
import { TakeButton, TaskCard } from "./task-card.tsx";
import { TaskDialog } from "./task-dialog.tsx";

const useT = words({
  en: {
    title: "Follow-up",
    desk: "Tasks",
    lead: "Team",
    todo: "To do",
    mine: "Mine",
    done: "Done",
    which: "Which tasks",
    cases: "Cases for a person",
    note: "Cases that `manual` of a campaign leaves to a person, calls to make, and broken promises. A case gets no message while somebody has it.",
    none: "No case waits for a person.",
    noneMine: "You have no task.",
    noneDone: "Nothing is done yet.",
    take: "Take",
    go: "Continue",
  },
  zh: {
    title: "人工跟进",
    desk: "任务",
    lead: "团队",
    todo: "待处理",
    mine: "我的",
    done: "已完成",
    which: "任务范围",
    cases: "等待人工的案例",
    note: "由活动的 `manual` 交给人工的案例、待致电的买家，以及未兑现的付款承诺。有人处理期间，不会发送任何消息。",
    none: "没有等待人工的案例。",
    noneMine: "您没有任务。",
    noneDone: "还没有已完成的任务。",
    take: "领取",
    go: "继续",
  },
});

const NONE = { todo: "none", mine: "noneMine", done: "noneDone" } as const;

const Lead = lazy(() => import("./lead/lead-tab.tsx").then(({ LeadTab }) => ({ default: LeadTab })));

export function FollowUpPage() {
  const t = useT();
  const isOperator = useMay("operator");
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      {isOperator ? (
        <Tabs defaultValue="desk" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="desk">{t("desk")}</Tabs.Tab>
            <Tabs.Tab value="lead">{t("lead")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="desk">
            <Desk />
          </Tabs.Panel>
          <Tabs.Panel value="lead">
            <Suspense fallback={<Skeleton height={240} />}>
              <Lead />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      ) : (
        <Desk />
      )}
    </Stack>
  );
}

function Desk() {
  const t = useT();
  const [which, setWhich] = useState<Which>("todo");
  const [open, setOpen] = useState<Task | null>(null);
  const queries = useQueryClient();
  const query = useInfiniteQuery(tasksQuery(which));
  const { data: session } = useQuery(sessionQuery);
  const claim = useMutation({
    mutationFn: claimTask,
    onSuccess: setOpen,
    onSettled: () => queries.invalidateQueries({ queryKey: ["figures", "tasks"] }),
  });
  const may = (task: Task): boolean =>
    session != null &&
    mayAct(session.role, "operator") &&
    task.state !== "done" &&
    (task.assignee === null || task.assignee === session.name);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  // After the one that is open, and then from the top.
  const at = items.findIndex(({ id }) => id === open?.id);
  const next = [...items.slice(at + 1), ...items.slice(0, Math.max(0, at))].find(
    (task) => task.id !== open?.id && may(task),
  );
  return (
    <Stack>
      <Panel
        title={t("cases")}
        note={t("note")}
        aside={
          <SegmentedControl
            aria-label={t("which")}
            value={which}
            onChange={(value) => setWhich(value as Which)}
            data={(["todo", "mine", "done"] as const).map((value) => ({ value, label: t(value) }))}
          />
        }
      >
        <ProblemText error={claim.error} />
        <PagesList query={query} none={t(NONE[which])}>
          {(items) => (
            <Stack gap="xs">
              {items.map((task) => (
                <TaskCard key={task.id} task={task}>
                  {may(task) ? (
                    <TakeButton
                      label={t(task.state === "claimed" ? "go" : "take")}
                      busy={claim.isPending && claim.variables === task.id}
                      onTake={() => claim.mutate(task.id)}
                    />
                  ) : null}
                </TaskCard>
              ))}
            </Stack>
          )}
        </PagesList>
      </Panel>
      <PromisesPanel />
      <TaskDialog
        task={open}
        onClose={() => setOpen(null)}
        onNext={next === undefined ? undefined : () => claim.mutate(next.id)}
      />
    </Stack>
  );
}
