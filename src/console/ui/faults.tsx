/** Faults in words: of a call, of a page, and of an address. */
import { Alert, Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useLocale } from "use-intl/react";
import { Problem } from "../api/call.ts";
import { faultWords, type Labels, ownWords } from "./fault-words.ts";
import { faultZh } from "./fault-zh.ts";
import { problemZh } from "./problem-zh.ts";
import { type Locale, words } from "./words.ts";

const useT = words({
  en: {
    offline:
      "The server does not answer. Check the connection. A change may have arrived all the same: look before you repeat it.",
    unavailable: "The server cannot reach its database just now. Try again in a moment.",
    forbidden: "Your role does not allow this. An admin can give you another role.",
    limited: "Too many attempts. Wait a moment and try again.",
    other: "This did not work: {detail}",
    request: "Request {id}: the log has more under this number.",
    again: "Try again",
    page: "This page has a fault",
    pageText: "Load it again. If it stays, tell your developers what you did.",
    reload: "Load the page again",
    lost: "There is no such page",
    lostText: "The address may be from an older version.",
    home: "Go to Today",
  },
  zh: {
    offline: "服务器没有响应，请检查网络。更改可能已经生效，重复操作前请先查看。",
    unavailable: "服务器暂时连不上数据库，请稍后再试。",
    forbidden: "您的角色无权执行此操作，可请管理员调整角色。",
    limited: "尝试次数过多，请稍候再试。",
    other: "操作未成功：{detail}",
    request: "请求编号 {id}：可据此在日志中查到详情。",
    again: "重试",
    page: "本页出错了",
    pageText: "请重新加载。若仍然出错，请把操作步骤告诉开发人员。",
    reload: "重新加载",
    lost: "没有这个页面",
    lostText: "该地址可能来自旧版本。",
    home: "回到今日",
  },
});

/** Why a call failed, in a sentence. */
export function useProblemText(): (error: unknown, labels?: Labels) => string {
  const t = useT();
  const locale = useLocale() as Locale;
  return (error, labels) => {
    if (!(error instanceof Problem))
      return t("other", { detail: error instanceof Error ? error.message : String(error) });
    const own = ownWords(error);
    if (own !== null) return t(own);
    const faults = error.body?.errors ?? [];
    if (faults.length > 0) return t("other", { detail: faultWords(faults, labels, locale) });
    const detail = locale === "zh" ? (faultZh(error.message) ?? problemZh(error.code, error.message)) : null;
    return t("other", { detail: detail ?? error.message });
  };
}

type TextProps = {
  /** null: nothing failed, and nothing is shown. */
  readonly error: unknown;
  readonly size?: "xs" | "sm";
  /** Of the fields that were sent, as the form names them. */
  readonly labels?: Labels;
  /** In the place of the usual sentence. */
  readonly children?: string | undefined;
};

/** Within a form: why it was not done. */
export function ProblemText({ error, size = "sm", labels, children }: TextProps) {
  const textOf = useProblemText();
  if (error === null) return null;
  return (
    <Text role="alert" c="var(--mantine-color-error)" size={size}>
      {children ?? textOf(error, labels)}
    </Text>
  );
}

export function ProblemAlert({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const t = useT();
  const textOf = useProblemText();
  const id = error instanceof Problem ? error.body?.requestId : undefined;
  return (
    <Alert color="red" icon={<IconAlertTriangle />} role="alert">
      <Stack gap="xs">
        <Text size="sm">{textOf(error)}</Text>
        {id === undefined ? null : (
          <Text size="xs" c="dimmed">
            {t("request", { id })}
          </Text>
        )}
        {onRetry === undefined ? null : (
          <Group>
            <Button size="xs" variant="default" onClick={onRetry}>
              {t("again")}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** Also when the files of an older version are gone from the server: loading the page again brings the new ones. */
export function PageFault({ error }: { readonly error: unknown }) {
  const t = useT();
  return (
    <Stack p="md" maw={560}>
      <Title order={2}>{t("page")}</Title>
      <Text>{t("pageText")}</Text>
      <Text size="xs" c="dimmed">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      <Group>
        <Button onClick={() => window.location.reload()}>{t("reload")}</Button>
      </Group>
    </Stack>
  );
}

export function NotFound() {
  const t = useT();
  return (
    <Stack p="md" maw={560}>
      <Title order={2}>{t("lost")}</Title>
      <Text>{t("lostText")}</Text>
      <Anchor component={Link} to="/">
        {t("home")}
      </Anchor>
    </Stack>
  );
}
