/** Goes back to an earlier version, as a new one. */
import { Button, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Campaign, rollBack } from "../../../api/campaigns.ts";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { FormButtons } from "../../../ui/parts/form-buttons.tsx";
import { words } from "../../../ui/words.ts";

const useT = words({
  en: {
    open: "Go back",
    openOf: "Go back to version {version}",
    title: "Go back to version {version}?",
    text: "A new version with its texts is made, and runs within seconds. Versions in between stay in the history.",
    note: "Note for the history",
  },
  zh: {
    open: "回退",
    openOf: "回退到版本 {version}",
    title: "回退到版本 {version}？",
    text: "将以其文本生成新版本，几秒内生效。中间的版本仍保留在历史中。",
    note: "备注（留作记录）",
  },
});

export function Rollback({ campaign, to }: { readonly campaign: Campaign; readonly to: number }) {
  const t = useT();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [note, setNote] = useState("");
  const version = String(to);
  const go = useMutation({
    mutationFn: () =>
      rollBack({ key: campaign.key, version: campaign.version, to, note: note.trim() === "" ? null : note.trim() }),
    onSuccess: close,
    onSettled: () => queries.invalidateQueries({ queryKey: ["changes"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go.mutate();
  };
  return (
    <>
      <Button size="xs" variant="default" aria-label={t("openOf", { version })} onClick={open}>
        {t("open")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("title", { version })}>
        <form onSubmit={submit}>
          <Stack>
            <Text size="sm">{t("text")}</Text>
            <TextInput
              label={t("note")}
              value={note}
              maxLength={500}
              data-autofocus
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            {go.isError ? <ProblemAlert error={go.error} /> : null}
            <FormButtons submit={t("openOf", { version })} onLeave={close} busy={go.isPending} />
          </Stack>
        </form>
      </Modal>
    </>
  );
}
