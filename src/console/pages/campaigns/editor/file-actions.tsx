/** Adds a text, as a copy of the one that is shown, and removes one. Both are unsaved changes like any other. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCopyPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { FormButtons } from "../../../ui/parts/form-buttons.tsx";
import { words } from "../../../ui/words.ts";
import { fileNameOf, isPhraseName } from "../preview/file-name.ts";
import { CAMPAIGN_FILE } from "./draft.ts";

const useT = words({
  en: {
    add: "New text",
    remove: "Remove {file}",
    removed: "Remove",
    title: "New text, as a copy of {file}",
    empty: "New text",
    name: "Name of the file",
    shape: "step.channel.locale.hbs, step.variant.channel.locale.hbs, or phrases/number-name.locale.hbs",
    unnamed: "A text is named step.channel.locale.hbs, like nudge.sms.en.hbs; a phrase like phrases/1-size.en.hbs.",
    taken: "There is a text of this name.",
    submit: "Add",
  },
  zh: {
    add: "新建文本",
    remove: "删除 {file}",
    removed: "删除",
    title: "新建文本（复制自 {file}）",
    empty: "新建文本",
    name: "文件名",
    shape: "步骤.渠道.语言.hbs、步骤.变体.渠道.语言.hbs，或 phrases/序号-名称.语言.hbs",
    unnamed: "文件名应为 步骤.渠道.语言.hbs，例如 nudge.sms.en.hbs；话术例如 phrases/1-size.zh-CN.hbs。",
    taken: "已有同名文本。",
    submit: "新建",
  },
});

type Props = {
  readonly file: string;
  readonly files: readonly string[];
  readonly onAdd: (file: string) => void;
  readonly onRemove: () => void;
};

export function FileActions({ file, files, onAdd, onRemove }: Props) {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  const isText = file !== CAMPAIGN_FILE;
  return (
    <Group gap="xs" mt="xs">
      <Button size="xs" variant="default" leftSection={<IconCopyPlus size={16} />} onClick={open}>
        {t("add")}
      </Button>
      {isText ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={16} />}
          aria-label={t("remove", { file })}
          onClick={onRemove}
        >
          {t("removed")}
        </Button>
      ) : null}
      <Modal opened={opened} onClose={close} title={isText ? t("title", { file }) : t("empty")}>
        <NewText
          first={isText ? file : ""}
          files={files}
          onClose={close}
          onAdd={(name) => {
            close();
            onAdd(name);
          }}
        />
      </Modal>
    </Group>
  );
}

type NewTextProps = Pick<Props, "files" | "onAdd"> & { readonly first: string; readonly onClose: () => void };

function NewText({ first, files, onAdd, onClose }: NewTextProps) {
  const t = useT();
  const [name, setName] = useState(first);
  const [tried, setTried] = useState(false);
  const fault =
    fileNameOf(name) === null && !isPhraseName(name) ? t("unnamed") : files.includes(name) ? t("taken") : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault === null) onAdd(name);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={t("name")}
          value={name}
          maxLength={200}
          error={tried ? fault : null}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value.trim())}
        />
        <Text size="xs" c="dimmed">
          {t("shape")}
        </Text>
        <FormButtons submit={t("submit")} onLeave={onClose} />
      </Stack>
    </form>
  );
}
