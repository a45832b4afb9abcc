/** Who changed what, when and why. */
import { Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { auditQuery } from "../../api/settings.ts";
import { useActor } from "../../ui/actors.ts";
import { useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { PagesList } from "../../ui/parts/pages-list.tsx";
import { Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { ACTIONS, actionKey } from "./audit-words.ts";

const useT = words({
  en: {
    title: "Audit trail",
    at: "When",
    who: "Who",
    action: "Action",
    subject: "Subject",
    note: "Note",
    version: "version {from} → {to}",
    none: "Nothing was changed yet.",
    via: { http: "API or console", cli: "command line", start: "at the start", timer: "by itself" },
  },
  zh: {
    title: "操作记录",
    at: "时间",
    who: "操作者",
    action: "操作",
    subject: "对象",
    note: "备注",
    version: "版本 {from} → {to}",
    none: "还没有任何更改。",
    via: { http: "接口或控制台", cli: "命令行", start: "启动时", timer: "自动" },
  },
});

const useActionT = words(ACTIONS);

export function AuditTab() {
  const t = useT();
  const { instant } = useFormats();
  const actor = useActor();
  const query = useInfiniteQuery(auditQuery);
  return (
    <Panel title={t("title")}>
      <PagesList query={query} none={t("none")}>
        {(items) => (
          <Wide
            label={t("title")}
            columns={(["at", "who", "action", "subject", "note"] as const).map((column) => t(column))}
          >
            {items.map((each) => (
              <Table.Tr key={each.id}>
                <Table.Td style={{ whiteSpace: "nowrap" }}>{instant(each.at)}</Table.Td>
                <Table.Td>
                  {actor(each.who)}
                  <Text size="xs" c="dimmed">
                    {t(`via.${each.via}`)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Action action={each.action} />
                </Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }} miw={120}>
                  {each.subject}
                </Table.Td>
                <Table.Td miw={160}>
                  {each.toVersion === null || each.toVersion === each.fromVersion
                    ? null
                    : `${t("version", { from: String(each.fromVersion ?? "–"), to: String(each.toVersion) })} `}
                  {each.note}
                </Table.Td>
              </Table.Tr>
            ))}
          </Wide>
        )}
      </PagesList>
    </Panel>
  );
}

function Action({ action }: { readonly action: string }) {
  const t = useActionT();
  const key = actionKey(action);
  return (
    <>
      {key === null ? null : t(key)}
      <Text size="xs" c="dimmed">
        {action}
      </Text>
    </>
  );
}
