/** The answer of the last attempt to save: faults, each with the way to its line; warnings, apart from them. */
import { Alert, Anchor, List } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { words } from "../../../ui/words.ts";
import { Warnings } from "../warnings.tsx";

const useT = words({
  en: {
    faults: "Not saved: {count, plural, one {1 fault} other {# faults}}",
    line: "{file}, line {line}",
    saved: "Saved as version {version}. It runs within seconds.",
  },
  zh: {
    faults: "未保存：{count} 处错误",
    line: "{file}，第 {line} 行",
    saved: "已保存为版本 {version}，几秒内生效。",
  },
});

export type SaveFault = { readonly file: string; readonly line: number | null; readonly message: string };

type FaultsProps = { readonly faults: readonly SaveFault[]; readonly onShow: (fault: SaveFault) => void };

export function Faults({ faults, onShow }: FaultsProps) {
  const t = useT();
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={t("faults", { count: faults.length })} role="alert">
      <List size="sm" spacing={4}>
        {faults.map((fault) => (
          <List.Item key={`${fault.file} ${fault.line} ${fault.message}`} style={{ overflowWrap: "anywhere" }}>
            <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onShow(fault)}>
              {fault.line === null ? fault.file : t("line", { file: fault.file, line: String(fault.line) })}
            </Anchor>
            : {fault.message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

export function Saved({ version, warnings }: { readonly version: number; readonly warnings: readonly string[] }) {
  const t = useT();
  return (
    <>
      <Alert color="teal" icon={<IconCircleCheck />} role="status">
        {t("saved", { version: String(version) })}
      </Alert>
      <Warnings warnings={warnings} />
    </>
  );
}
