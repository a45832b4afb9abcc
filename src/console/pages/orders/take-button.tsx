/** Takes the case of an order by hand, and opens its task. */
import { Button, Stack } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Task, takeCase } from "../../api/tasks.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { words } from "../../ui/words.ts";
import { TaskDialog } from "../follow-up/task-dialog.tsx";

const useT = words({
  en: { take: "Take this case" },
  zh: { take: "领取此案例" },
});

export function TakeButton({ shop, id }: { readonly shop: string; readonly id: string }) {
  const t = useT();
  const queries = useQueryClient();
  const [task, setTask] = useState<Task | null>(null);
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ["figures", "tasks"] });
    return queries.invalidateQueries({ queryKey: ["both", "story"] });
  };
  const take = useMutation({ mutationFn: () => takeCase(shop, id), onSuccess: setTask, onSettled: refresh });
  return (
    <Stack gap={4}>
      <Button
        variant="default"
        leftSection={<IconUserPlus size={16} />}
        loading={take.isPending}
        onClick={() => take.mutate()}
      >
        {t("take")}
      </Button>
      <ProblemText error={take.error} />
      <TaskDialog
        task={task}
        onClose={() => {
          setTask(null);
          void refresh();
        }}
      />
    </Stack>
  );
}
