/** Rehearses unsaved changes over the orders of a day, against the campaigns that run. */
import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowsSplit } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { rehearse, runningOf, textsOf } from "../../../api/rehearsals.ts";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { useSignal } from "../../../ui/use-signal.ts";
import { words } from "../../../ui/words.ts";
import { CAMPAIGN_FILE, type Texts } from "./draft.ts";

const Difference = lazy(() =>
  import("../../rehearsal/difference.tsx").then(({ Difference }) => ({ default: Difference })),
);

const useT = words({
  en: {
    open: "Rehearse",
    title: "Rehearse the unsaved changes",
    explain:
      "Runs all campaigns over the orders of a day, once as they are and once with your changes. Nothing is saved or sent.",
    day: "Orders of which day",
    yesterday: "Yesterday",
    today: "Today",
    run: "Rehearse",
    close: "Close",
    now: "As it runs",
    draft: "With your changes",
  },
  zh: {
    open: "演练",
    title: "演练未保存的修改",
    explain: "把所有活动应用到某一天的订单上：一次按当前版本，一次加上您的修改。不会保存，也不会发送。",
    day: "哪一天的订单",
    yesterday: "昨天",
    today: "今天",
    run: "开始演练",
    close: "关闭",
    now: "当前版本",
    draft: "加上修改",
  },
});

type Props = {
  readonly campaign: string;
  readonly texts: Texts;
  /** Somebody else saved: the changes are against a version that does not run any more. */
  readonly isBehind: boolean;
};

export function RehearseDraft(props: Props) {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" disabled={props.isBehind} leftSection={<IconArrowsSplit size={18} />} onClick={open}>
        {t("open")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("title")} size="xl">
        <Form {...props} onClose={close} />
      </Modal>
    </>
  );
}

function Form({ campaign, texts, isBehind, onClose }: Props & { readonly onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [day, setDay] = useState("yesterday");
  const signalOf = useSignal();
  const run = useMutation({
    mutationFn: async () => {
      const signal = signalOf();
      const { [CAMPAIGN_FILE]: yaml = "", ...templates } = texts;
      const running = await runningOf(queries);
      const campaigns = textsOf(running, { key: campaign, yaml, templates });
      return rehearse({ orders: { day }, shop: null, scale: 1, campaigns, against: textsOf(running), signal });
    },
  });
  return (
    <Stack>
      <Text size="sm">{t("explain")}</Text>
      <Group align="flex-end">
        <Select
          label={t("day")}
          value={day}
          onChange={(value) => setDay(value ?? "yesterday")}
          allowDeselect={false}
          data={(["yesterday", "today"] as const).map((value) => ({ value, label: t(value) }))}
        />
        <Button loading={run.isPending} disabled={isBehind} onClick={() => run.mutate()}>
          {t("run")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t("close")}
        </Button>
      </Group>
      {run.isError ? <ProblemAlert error={run.error} /> : null}
      {run.data?.difference === undefined ? null : (
        <Suspense fallback={null}>
          <Difference difference={run.data.difference} before={t("now")} after={t("draft")} />
        </Suspense>
      )}
    </Stack>
  );
}
