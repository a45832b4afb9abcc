/** Phrases for a task: a key from 1 to 9 or a button copies one. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { phrasesQuery } from "../../api/desk.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "Phrases: copy with the keys 1 to 9",
    copy: "Copy phrase {n}",
    copied: "Copied: phrase {n}",
    cannot: "The browser did not copy it: select the text and copy it.",
  },
  zh: {
    title: "话术：按 1–9 复制",
    copy: "复制话术 {n}",
    copied: "已复制：话术 {n}",
    cannot: "浏览器未能复制，请选中文本后复制。",
  },
});

export function Phrases({ id }: { readonly id: string }) {
  const t = useT();
  const { data, error } = useQuery(phrasesQuery(id));
  const [last, setLast] = useState<{ readonly n: number; readonly isCopied: boolean } | null>(null);
  const items = data?.items ?? [];
  const copy = ({ n, text }: (typeof items)[number]) => {
    const done = (isCopied: boolean) => () => setLast({ n, isCopied });
    // Without HTTPS a browser has no clipboard.
    if ("clipboard" in navigator) navigator.clipboard.writeText(text).then(done(true), done(false));
    else done(false)();
  };
  useHotkeys(items.map((each) => [String(each.n), () => copy(each)]));
  if (error !== null) return <ProblemText error={error} />;
  if (items.length === 0) return null;
  return (
    <Stack gap="xs" role="group" aria-label={t("title")}>
      <Text size="sm" fw={600}>
        {t("title")}
      </Text>
      {items.map((each) => (
        <Group key={each.n} gap="xs" wrap="nowrap" align="flex-start">
          <Text size="sm" fw={700} component="kbd">
            {each.n}
          </Text>
          <Text size="sm" lang={each.locale} style={{ flex: 1, overflowWrap: "anywhere", whiteSpace: "pre-line" }}>
            {each.text}
          </Text>
          <Button size="xs" variant="default" aria-label={t("copy", { n: String(each.n) })} onClick={() => copy(each)}>
            {last?.isCopied === true && last.n === each.n ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </Button>
        </Group>
      ))}
      <Text size="xs" role="status">
        {last === null ? "" : last.isCopied ? t("copied", { n: String(last.n) }) : t("cannot")}
      </Text>
    </Stack>
  );
}
