/** Goes back to an earlier version, as a new one. */
import { Button, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Campaign, rollBack } from "../../../api/campaigns.ts";
import { ProblemText } from "../../../ui/faults.tsx";
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

type Props = { readonly campaign: Campaign; readonly to: number };

export function Rollback(props: Props) {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  const version = String(props.to);
  return (
    <>
      <Button size="xs" variant="default" aria-label={t("openOf", { version })} onClick={open}>
        {t("open")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("title", { version })}>
        <Form {...props} onClose={close} />
      </Modal>
    </>
  );
}

function Form({ campaign, to, onClose }: Props & { readonly onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const go = useMutation({
    mutationFn: () =>
      rollBack({ key: campaign.key, version: campaign.version, to, note: note.trim() === "" ? null : note.trim() }),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: ["changes"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go.mutate();
  };
  return (
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
        <ProblemText error={go.error} />
        <FormButtons submit={t("openOf", { version: String(to) })} onLeave={onClose} busy={go.isPending} />
      </Stack>
    </form>
  );
}
