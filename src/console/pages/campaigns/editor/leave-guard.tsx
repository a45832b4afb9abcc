/** Asks before unsaved changes are lost. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { guardLeaving } from "../../../ui/leaving.ts";
import { words } from "../../../ui/words.ts";

const useT = words({
  en: {
    title: "Leave without saving?",
    text: "Your changes are not saved yet. They are lost when you leave this page.",
    stay: "Stay",
    leave: "Leave, lose the changes",
  },
  zh: {
    title: "不保存就离开？",
    text: "您的修改尚未保存，离开本页将会丢失。",
    stay: "留在本页",
    leave: "离开并放弃修改",
  },
});

export function LeaveGuard({ when }: { readonly when: boolean }) {
  const t = useT();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => when && current.pathname !== next.pathname,
    enableBeforeUnload: () => when,
    withResolver: true,
  });
  // Signing out leaves the page, and not its address.
  const [answer, setAnswer] = useState<((leaves: boolean) => void) | null>(null);
  useEffect(() => {
    if (!when) return;
    return guardLeaving(() => new Promise((resolve) => setAnswer(() => resolve)));
  }, [when]);
  const end = (leaves: boolean) => {
    answer?.(leaves);
    setAnswer(null);
    if (blocker.status !== "blocked") return;
    if (leaves) blocker.proceed();
    else blocker.reset();
  };
  // It is there while it is closed, too: so it gives the focus back.
  return (
    <Modal opened={blocker.status === "blocked" || answer !== null} onClose={() => end(false)} title={t("title")}>
      <Stack>
        <Text>{t("text")}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => end(false)} data-autofocus>
            {t("stay")}
          </Button>
          <Button color="red.9" onClick={() => end(true)}>
            {t("leave")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
