/** The files of a campaign: campaign.yaml and the texts. On a narrow screen a field to choose from. */
import { Box, NavLink, Select, Text } from "@mantine/core";
import { words } from "../../../ui/words.ts";
import { CAMPAIGN_FILE } from "./draft.ts";

const useT = words({
  en: { files: "Files", changed: "changed", faulty: "fault", file: "File" },
  zh: { files: "文件", changed: "已修改", faulty: "有错误", file: "文件" },
});

type Props = {
  readonly files: readonly string[];
  readonly chosen: string;
  readonly changed: ReadonlySet<string>;
  readonly faulty: ReadonlySet<string>;
  readonly onChoose: (file: string) => void;
};

export function FileList({ files, chosen, changed, faulty, onChoose }: Props) {
  const t = useT();
  const sorted = files.toSorted(
    (a, b) => Number(b === CAMPAIGN_FILE) - Number(a === CAMPAIGN_FILE) || (a < b ? -1 : 1),
  );
  const marks = (file: string) => [
    ...(changed.has(file) ? [t("changed")] : []),
    ...(faulty.has(file) ? [t("faulty")] : []),
  ];
  const labelOf = (file: string) => [file, ...marks(file)].join(" · ");
  return (
    <>
      <Select
        hiddenFrom="md"
        label={t("file")}
        data={sorted.map((file) => ({ value: file, label: labelOf(file) }))}
        value={chosen}
        allowDeselect={false}
        searchable
        onChange={(file) => (file === null ? undefined : onChoose(file))}
      />
      <Box component="nav" aria-label={t("files")} visibleFrom="md">
        {sorted.map((file) => (
          <NavLink
            key={file}
            component="button"
            type="button"
            variant="filled"
            py={4}
            px="xs"
            label={
              <Text size="sm" inherit style={{ overflowWrap: "anywhere" }}>
                {[file.replace(/\.hbs$/, ""), ...marks(file)].join(" · ")}
              </Text>
            }
            active={file === chosen}
            {...(file === chosen ? { "aria-current": "true" as const } : {})}
            onClick={() => onChoose(file)}
          />
        ))}
      </Box>
    </>
  );
}
