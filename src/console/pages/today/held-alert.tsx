/** Says that nothing is sent since the database was restored, and to admins how sends go on. */
import { Alert, Code, List, Stack, Text } from "@mantine/core";
import { IconDatabaseExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/session.ts";
import { healthQuery } from "../../api/settings.ts";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "Nothing is sent: the database was restored from a copy",
    text: "Dunlin does not know which messages were sent and which orders were paid after the copy was made. It takes in events, and all reminders wait.",
    ask: "Tell an admin: sends go on with a command on the server.",
    events:
      "Bring in the events since the copy. Polling does it by itself; send webhooks again, or import an export of the shop.",
    look: "This command, on the server, shows what is due:",
    release:
      "This one lets sends go on. It skips what is due by then, because it may have been sent after the copy was made:",
    nothingLost: "If nothing was sent since the copy was made, as in a planned move, this one sends what is due:",
  },
  zh: {
    title: "暂停发送：数据库是从副本恢复的",
    text: "Dunlin 不知道副本生成之后发送了哪些消息、哪些订单已付款。事件照常接收，所有提醒都在等待。",
    ask: "请通知管理员：需在服务器上运行命令才能恢复发送。",
    events: "补回副本生成之后的事件：轮询会自动补齐；webhook 请重新推送，或导入店铺的导出文件。",
    look: "在服务器上运行以下命令，查看到期的提醒：",
    release: "以下命令恢复发送，并跳过此前到期的提醒，因为它们可能在副本生成之后已经发出：",
    nothingLost: "如果副本生成之后没有发送过任何消息（例如计划内迁移），以下命令会照常发送到期的提醒：",
  },
});

const STEPS = [
  ["look", "dunlin restored"],
  ["release", "dunlin restored release"],
  ["nothingLost", "dunlin restored release --nothing-lost"],
] as const;

export function HeldAlert() {
  const t = useT();
  const isAdmin = useMay("admin");
  const { data } = useQuery(healthQuery);
  if (data?.checks.sending?.ok !== false) return null;
  return (
    <Alert color="red" icon={<IconDatabaseExclamation />} title={t("title")} role="region" aria-label={t("title")}>
      <Stack gap="xs">
        <Text size="sm">{t("text")}</Text>
        {isAdmin ? (
          <List type="ordered" size="sm" spacing={4}>
            <List.Item>{t("events")}</List.Item>
            {STEPS.map(([step, command]) => (
              <List.Item key={step}>
                {t(step)} <Code style={{ display: "inline-block" }}>{command}</Code>
              </List.Item>
            ))}
          </List>
        ) : (
          <Text size="sm">{t("ask")}</Text>
        )}
      </Stack>
    </Alert>
  );
}
