/** Pauses a campaign, with a reason, and resumes it. */
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useRef } from "react";
import { type CampaignList, resume } from "../../api/pauses.ts";
import { useMay } from "../../api/session.ts";
import { ProblemAlert } from "../../ui/faults.tsx";
import { words } from "../../ui/words.ts";

const StopForm = lazy(() => import("../../ui/frame/stop-form.tsx"));
const useT = words({ en: { pause: "Pause", resume: "Resume" }, zh: { pause: "暂停", resume: "恢复" } });

type Props = { readonly campaign: Pick<CampaignList["items"][number], "key" | "paused" | "retired"> };

export function PauseSwitch({ campaign: { key, paused, retired } }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const button = useRef<HTMLButtonElement>(null);
  /** The form is gone at once, and the focus with it. */
  const end = () => {
    close();
    button.current?.focus();
  };
  const may = useMay("operator");
  const part = { kind: "campaign", name: key } as const;
  const go = useMutation({
    mutationFn: () => resume(part),
    onSettled: () => queries.invalidateQueries({ queryKey: ["changes"] }),
  });
  if (!may || (retired && !paused)) return null;
  if (go.isError) return <ProblemAlert error={go.error} onRetry={() => go.mutate()} />;
  if (paused)
    return (
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerPlay size={16} />}
        loading={go.isPending}
        onClick={() => go.mutate()}
      >
        {t("resume")}
      </Button>
    );
  return (
    <>
      <Button ref={button} size="xs" variant="default" leftSection={<IconPlayerPause size={16} />} onClick={open}>
        {t("pause")}
      </Button>
      {opened ? (
        <Suspense fallback={null}>
          <StopForm part={part} onClose={end} />
        </Suspense>
      ) : null}
    </>
  );
}
