/** Whether the parts that this process needs answer, and the way to the queues. */
import { Anchor, Badge, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { healthQuery } from "../../api/settings.ts";
import { Marked } from "../../ui/parts/marked.tsx";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "Health",
    part: "Part",
    state: "State",
    database: "Database",
    schema: "Tables of the database",
    sending: "Sending",
    queue: "Queue",
    ok: "in order",
    fault: "fault",
    queues: "Jobs in the queues",
    queuesNote: "waiting and failed jobs, without names and numbers; operators can run failed jobs again",
    note: "`dunlin doctor` on the server checks more: clocks, cursors, webhooks, the set-up at the providers. Figures for Prometheus are at /metrics; the interface is described in /openapi.json.",
  },
  zh: {
    title: "健康状况",
    part: "部件",
    state: "状态",
    database: "数据库",
    schema: "数据库表结构",
    sending: "发送",
    queue: "队列",
    ok: "正常",
    fault: "故障",
    queues: "队列中的任务",
    queuesNote: "等待和失败的任务，不含姓名和号码；运营人员可重新运行失败的任务",
    note: "在服务器上运行 `dunlin doctor` 可检查更多：时钟、游标、webhook、服务商设置。Prometheus 指标在 /metrics，接口说明在 /openapi.json。",
  },
});

const PARTS = ["database", "schema", "sending", "queue"] as const;
const isPart = (name: string): name is (typeof PARTS)[number] => PARTS.some((part) => part === name);

export function SystemTab() {
  const t = useT();
  return (
    <Panel title={t("title")} note={t("note")}>
      <Loaded query={useQuery(healthQuery)}>
        {({ checks }) => (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("part")}</Table.Th>
                <Table.Th>{t("state")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {Object.entries(checks).map(([name, check]) => (
                <Table.Tr key={name}>
                  <Table.Td style={{ whiteSpace: "nowrap" }}>{isPart(name) ? t(name) : name}</Table.Td>
                  <Table.Td>
                    <Badge tt="none" color={check.ok ? "teal.9" : "red.9"}>
                      {t(check.ok ? "ok" : "fault")}
                    </Badge>{" "}
                    <Marked>{check.message ?? ""}</Marked>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
      <Text size="sm" mt="md">
        <Anchor href="/queues" underline="always">
          {t("queues")}
        </Anchor>
        {": "}
        {t("queuesNote")}
      </Text>
    </Panel>
  );
}
