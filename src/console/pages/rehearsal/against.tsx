/** The other side of a comparison: a campaign in one of its earlier versions. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { campaignsQuery } from "../../api/pauses.ts";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    against: "Compare with",
    alone: "Nothing",
    campaignOf: "{key}, an earlier version",
    version: "Version",
  },
  zh: { against: "对比", alone: "不对比", campaignOf: "{key} 的旧版本", version: "版本" },
});

export type Against = { readonly key: string; readonly version: number };

export function AgainstFields({
  value,
  onChoose,
}: {
  readonly value: Against | null;
  readonly onChoose: (against: Against | null) => void;
}) {
  const t = useT();
  const older = (useQuery(campaignsQuery).data?.items ?? []).filter(({ version, retired }) => version > 1 && !retired);
  const versions = Array.from({ length: (older.find(({ key }) => key === value?.key)?.version ?? 1) - 1 }, (_, n) =>
    String(n + 1),
  ).reverse();
  if (older.length === 0) return null;
  return (
    <>
      <Select
        label={t("against")}
        value={value?.key ?? ""}
        onChange={(key) => {
          const chosen = older.find((each) => each.key === key);
          onChoose(chosen === undefined ? null : { key: chosen.key, version: chosen.version - 1 });
        }}
        allowDeselect={false}
        data={[
          { value: "", label: t("alone") },
          ...older.map(({ key }) => ({ value: key, label: t("campaignOf", { key }) })),
        ]}
      />
      {value === null ? null : (
        <Select
          label={t("version")}
          value={String(value.version)}
          onChange={(version) => onChoose({ key: value.key, version: Number(version) })}
          allowDeselect={false}
          data={versions}
          w={100}
        />
      )}
    </>
  );
}
