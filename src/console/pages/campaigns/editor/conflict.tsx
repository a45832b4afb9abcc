/** Somebody else saved while changes were made here: both texts of each file, and the choice between them. */
import { Alert, Button, Group, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { IconArrowsSplit } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useFormats } from "../../../ui/formats.ts";
import { words } from "../../../ui/words.ts";
import { baseOf, conflicts, type Draft, rebased } from "./draft.ts";
import type { Edited } from "./use-editing.ts";

const Differences = lazy(() => import("../differences.tsx"));

const useT = words({
  en: {
    title: "Somebody else saved: version {version}, by {who}, {at}",
    begun: "Your changes began with version {version}.",
    note: "Their note: {note}",
    apart: "You changed other files than they did, so both fit together.",
    both: "You both changed these files. Choose the text of each. Nothing is saved by this.",
    theirs: "Theirs",
    mine: "Mine",
    choice: "Text of {file}",
    go: "Go on with version {version}",
  },
  zh: {
    title: "其他人已保存：版本 {version}，{who}，{at}",
    begun: "您的修改基于版本 {version}。",
    note: "对方备注：{note}",
    apart: "您与对方修改的是不同文件，可以合并。",
    both: "以下文件双方都有修改，请分别选择保留哪一份。此操作不会保存。",
    theirs: "对方的",
    mine: "我的",
    choice: "{file} 的文本",
    go: "基于版本 {version} 继续",
  },
});

type Props = {
  readonly draft: Draft;
  readonly theirs: Edited;
  readonly onResolve: (draft: Draft | null) => void;
};

export function Conflict({ draft, theirs, onResolve }: Props) {
  const t = useT();
  const { instant } = useFormats();
  const [theirsIn, setTheirsIn] = useState<readonly string[]>([]);
  const base = baseOf(theirs);
  const files = conflicts(draft, base);
  const title = t("title", { version: String(theirs.version), who: theirs.createdBy, at: instant(theirs.createdAt) });
  return (
    <Alert
      styles={{ title: { color: "var(--mantine-color-text)" } }}
      color="orange"
      icon={<IconArrowsSplit />}
      title={title}
      role="region"
      aria-label={title}
    >
      <Stack gap="sm">
        <Text size="sm">
          {t("begun", { version: String(draft.base.version) })}{" "}
          {theirs.note === null ? "" : `${t("note", { note: theirs.note })} · `}
          {t(files.length === 0 ? "apart" : "both")}
        </Text>
        {files.map((file) => (
          <Stack key={file} gap="xs">
            <Group justify="space-between" gap="xs">
              <Text fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
                {file}
              </Text>
              <SegmentedControl
                size="xs"
                aria-label={t("choice", { file })}
                data={[
                  { value: "theirs", label: t("theirs") },
                  { value: "mine", label: t("mine") },
                ]}
                value={theirsIn.includes(file) ? "theirs" : "mine"}
                onChange={(choice) =>
                  setTheirsIn(choice === "theirs" ? [...theirsIn, file] : theirsIn.filter((each) => each !== file))
                }
              />
            </Group>
            <Suspense fallback={<Skeleton height={80} />}>
              <Differences
                title={file}
                names={[t("theirs"), t("mine")]}
                left={base.texts[file] ?? null}
                right={draft.changes[file] ?? null}
              />
            </Suspense>
          </Stack>
        ))}
        <Group justify="flex-end">
          <Button
            onClick={() =>
              onResolve(
                rebased(
                  draft,
                  base,
                  theirsIn.filter((file) => files.includes(file)),
                ),
              )
            }
          >
            {t("go", { version: String(theirs.version) })}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
