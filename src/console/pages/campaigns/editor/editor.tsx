/** The files of a campaign, the editor, and what the chosen file becomes. */
import { Alert, Box, Grid, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { SavedCampaign } from "../../../api/campaigns.ts";
import { useMay } from "../../../api/session.ts";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { words } from "../../../ui/words.ts";
import { fileNameOf, phraseNameOf } from "../preview/file-name.ts";
import { PhrasePanel } from "../preview/phrase-panel.tsx";
import { PreviewPanel } from "../preview/preview-panel.tsx";
import { usePhrase } from "../preview/use-phrase.ts";
import { type From, usePreview } from "../preview/use-preview.ts";
import { TimeLine } from "../timeline/time-line.tsx";
import type { Jump } from "./code-editor.tsx";
import { Conflict } from "./conflict.tsx";
import { CAMPAIGN_FILE } from "./draft.ts";
import { Faults, Saved } from "./faults-and-warnings.tsx";
import { FileActions } from "./file-actions.tsx";
import { FileList } from "./file-list.tsx";
import { LeaveGuard } from "./leave-guard.tsx";
import { RehearseDraft } from "./rehearse-draft.tsx";
import { SaveBar } from "./save-bar.tsx";
import { type Edited, useEditing } from "./use-editing.ts";

const CodeEditor = lazy(() => import("./code-editor.tsx"));

const useT = words({
  en: {
    label: "Text of {file}",
    readOnly: "You may look. An operator may change texts.",
    taken: "Not saved: somebody else has made a campaign with the key {key} meanwhile. Begin again with another key.",
    keys: "Ctrl+Space completes names. Ctrl+S saves. F8 goes to the next fault.",
  },
  zh: {
    label: "{file} 的文本",
    readOnly: "您只能查看，运营人员可以修改文本。",
    taken: "未保存：其他人已创建标识为 {key} 的活动。请换一个标识重新开始。",
    keys: "Ctrl+空格补全名称，Ctrl+S 保存，F8 跳到下一处错误。",
  },
});

export type JustSaved = Pick<SavedCampaign, "version" | "warnings">;

type Props = {
  readonly campaign: Edited;
  /** Version 0: it is not saved yet, and its texts are unsaved changes. Saving and discarding lead to another page. */
  readonly isNew?: boolean;
  /** A save that led here. */
  readonly justSaved?: JustSaved | undefined;
  readonly onSaved?: (saved: JustSaved) => void;
  readonly onDiscard?: () => void;
};

export function Editor({ campaign, isNew = false, justSaved, onSaved, onDiscard }: Props) {
  const t = useT();
  const mayEdit = useMay("operator") && !campaign.retired;
  const { draft, texts, setText, save, faults, isTaken, error, isBehind, resolve } = useEditing(campaign, isNew);
  const [chosen, setChosen] = useState<string>(CAMPAIGN_FILE);
  const [jump, setJump] = useState<Jump | null>(null);
  const [from, setFrom] = useState<From>({ shop: null, order: null });
  const file = chosen in texts ? chosen : CAMPAIGN_FILE;
  const text = texts[file] ?? "";
  const name = fileNameOf(file);
  const phrase = phraseNameOf(file);
  const hasPreview = name !== null || phrase !== null;
  const previewed = usePreview(campaign.key, file, text, from);
  const previewedPhrase = usePhrase(campaign.key, file, text, from);
  const inText = phrase === null ? previewed.faults : previewedPhrase.faults;
  const atSave = useMemo(() => faults.filter((fault) => fault.file === file), [faults, file]);
  const change = useCallback((next: string) => setText(file, next), [setText, file]);
  const changed = new Set(Object.keys(draft?.changes ?? {}));
  const [note, setNote] = useState("");
  const saveAll = () => {
    if (mayEdit && draft !== null && !isBehind && !save.isPending)
      save.mutate(note.trim() || null, {
        onSuccess: ({ version, warnings }) => {
          // A note that was begun meanwhile is about the changes that are left.
          setNote((now) => (now === note ? "" : now));
          onSaved?.({ version, warnings });
        },
      });
  };
  const discard = () => {
    setNote("");
    if (onDiscard === undefined) resolve(null);
    else onDiscard();
  };
  const saved = save.data ?? justSaved;
  useHotkeys([["mod+S", saveAll]], [], true);

  return (
    <Stack>
      <LeaveGuard when={mayEdit && draft !== null} />
      {draft === null || !mayEdit ? null : (
        <SaveBar
          changed={changed.size}
          note={note}
          onNote={setNote}
          next={campaign.version + 1}
          saving={save.isPending}
          blocked={isBehind}
          onSave={saveAll}
          onDiscard={discard}
        >
          <RehearseDraft campaign={campaign.key} texts={texts} isBehind={isBehind} />
        </SaveBar>
      )}
      {draft !== null && isBehind ? <Conflict draft={draft} theirs={campaign} onResolve={resolve} /> : null}
      {faults.length === 0 || draft === null ? null : (
        <Faults
          faults={faults}
          onShow={(fault) => {
            setChosen(fault.file);
            setJump({ line: fault.line ?? 1 });
          }}
        />
      )}
      {isTaken ? (
        <Alert color="red" role="alert">
          {t("taken", { key: campaign.key })}
        </Alert>
      ) : null}
      {error === null ? null : <ProblemAlert error={error} />}
      {saved?.version === campaign.version && draft === null ? <Saved {...saved} /> : null}
      <Grid>
        <Grid.Col span={{ base: 12, md: 2.5 }}>
          <FileList
            files={Object.keys(texts)}
            chosen={file}
            changed={changed}
            faulty={new Set(draft === null ? [] : faults.map((fault) => fault.file))}
            onChoose={(next) => {
              setChosen(next);
              setJump(null);
            }}
          />
          {mayEdit && !(isNew && save.isPending) ? (
            <FileActions
              file={file}
              files={Object.keys(texts)}
              onAdd={(added) => {
                setText(added, name === null ? "" : text);
                setChosen(added);
              }}
              onRemove={() => setText(file, null)}
            />
          ) : null}
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: hasPreview ? 5.5 : 9.5 }}>
          <Paper withBorder style={{ overflow: "hidden" }}>
            <Suspense fallback={<Skeleton height={320} />}>
              <CodeEditor
                key={file}
                file={file}
                label={t("label", { file })}
                text={text}
                faults={inText.length > 0 || (hasPreview && draft === null) ? inText : atSave}
                readOnly={!mayEdit || (isNew && save.isPending)}
                jump={jump}
                onChange={change}
              />
            </Suspense>
          </Paper>
          <Text size="xs" c="dimmed" mt={4}>
            {mayEdit ? t("keys") : t("readOnly")}
          </Text>
          {file !== CAMPAIGN_FILE || campaign.campaign === null ? null : (
            <Box mt="md">
              <TimeLine form={campaign.campaign} version={campaign.version} />
            </Box>
          )}
        </Grid.Col>
        {phrase === null ? null : (
          <Grid.Col span={{ base: 12, md: 4 }}>
            <PhrasePanel name={phrase} previewed={previewedPhrase} from={from} onFrom={setFrom} />
          </Grid.Col>
        )}
        {name === null ? null : (
          <Grid.Col span={{ base: 12, md: 4 }}>
            <PreviewPanel
              campaign={campaign.key}
              name={name}
              text={text}
              previewed={previewed}
              from={from}
              onFrom={setFrom}
            />
          </Grid.Col>
        )}
      </Grid>
    </Stack>
  );
}
