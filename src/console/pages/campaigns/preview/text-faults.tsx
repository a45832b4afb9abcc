/** The faults of a text with their lines. */
import { Alert, List } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { words } from "../../../ui/words.ts";
import type { EditorFault } from "../editor/code-editor.tsx";

const useT = words({
  en: {
    faults: "{count, plural, one {1 fault} other {# faults}} in the text",
    line: "line {line}",
  },
  zh: {
    faults: "文本有 {count} 处错误",
    line: "第 {line} 行",
  },
});

export function TextFaults({ faults }: { readonly faults: readonly EditorFault[] }) {
  const t = useT();
  if (faults.length === 0) return null;
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={t("faults", { count: faults.length })} role="alert">
      <List size="sm">
        {faults.map(({ line, message }) => (
          <List.Item key={`${line} ${message}`} style={{ overflowWrap: "anywhere" }}>
            {line === null ? "" : `${t("line", { line: String(line) })}: `}
            {message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
