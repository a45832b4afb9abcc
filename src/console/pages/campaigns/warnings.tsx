/** Warnings of a campaign or of one of its texts: none of them stops it. */
import { Alert, List } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { words } from "../../ui/words.ts";

const useT = words({
  en: { warnings: "{count, plural, one {1 warning} other {# warnings}}: it runs all the same" },
  zh: { warnings: "{count} 条警告（不影响运行）" },
});

export function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  const t = useT();
  if (warnings.length === 0) return null;
  return (
    <Alert
      styles={{ title: { color: "var(--mantine-color-text)" } }}
      color="yellow"
      icon={<IconAlertTriangle />}
      title={t("warnings", { count: warnings.length })}
    >
      <List size="sm" spacing={4}>
        {warnings.map((warning) => (
          <List.Item key={warning} style={{ overflowWrap: "anywhere" }}>
            {warning}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
