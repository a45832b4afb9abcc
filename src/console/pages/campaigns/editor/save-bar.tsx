/** Unsaved changes, a note, and the button that saves them as a new version. */
import { Button, Group, Paper, Text, TextInput } from "@mantine/core";
import { IconDeviceFloppy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { words } from "../../../ui/words.ts";

const useT = words({
  en: {
    changed: "{count, plural, one {1 file is changed} other {# files are changed}}, not saved yet",
    note: "Note for the history",
    example: "why",
    save: "Save as version {version}",
    discard: "Discard",
  },
  zh: {
    changed: "{count} 个文件已修改，尚未保存",
    note: "备注（留作记录）",
    example: "原因",
    save: "保存为版本 {version}",
    discard: "放弃修改",
  },
});

type Props = {
  readonly changed: number;
  readonly note: string;
  readonly onNote: (note: string) => void;
  readonly next: number;
  readonly saving: boolean;
  readonly blocked: boolean;
  readonly onSave: () => void;
  readonly onDiscard: () => void;
  /** More that can be done with the changes. */
  readonly children: ReactNode;
};

export function SaveBar({ changed, note, onNote, next, saving, blocked, onSave, onDiscard, children }: Props) {
  const t = useT();
  return (
    <Paper
      component="form"
      withBorder
      p="sm"
      pos="sticky"
      top={64}
      style={{ zIndex: 50 }}
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <Group gap="sm">
        <Text size="sm" fw={600} role="status" style={{ flex: 1, minWidth: 180 }}>
          {t("changed", { count: changed })}
        </Text>
        <TextInput
          aria-label={t("note")}
          placeholder={`${t("note")}: ${t("example")}`}
          value={note}
          maxLength={500}
          onChange={(event) => onNote(event.currentTarget.value)}
          style={{ flex: 2, minWidth: 180 }}
        />
        {children}
        <Button variant="default" disabled={saving} onClick={onDiscard}>
          {t("discard")}
        </Button>
        <Button type="submit" loading={saving} disabled={blocked} leftSection={<IconDeviceFloppy size={18} />}>
          {t("save", { version: String(next) })}
        </Button>
      </Group>
    </Paper>
  );
}
