/** Name and password, or an API key. */
import { Anchor, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Problem } from "../../api/call.ts";
import { type SignIn, signIn } from "../../api/session.ts";
import { ProblemText } from "../faults.tsx";
import { words } from "../words.ts";
import { LookMenu } from "./look-menu.tsx";

const useT = words({
  en: {
    title: "Sign in to Dunlin",
    user: "Name",
    password: "Password",
    key: "API key",
    toggle: "Show or hide what is typed",
    submit: "Sign in",
    withKey: "Use an API key",
    withPassword: "Use name and password",
    refused: "Name or password is wrong.",
    keyRefused: "This key is not valid, or it was revoked.",
    help: "No account yet? An admin creates one with",
    keyHelp: "The admin key stands in the file .dunlin/api-key, or in DUNLIN_API_KEY.",
  },
  zh: {
    title: "登录 Dunlin",
    user: "姓名",
    password: "密码",
    key: "API 密钥",
    toggle: "显示或隐藏输入内容",
    submit: "登录",
    withKey: "使用 API 密钥",
    withPassword: "使用姓名和密码",
    refused: "姓名或密码不正确。",
    keyRefused: "密钥无效或已被撤销。",
    help: "还没有账号？管理员可以用以下命令创建：",
    keyHelp: "管理员密钥在文件 .dunlin/api-key 或环境变量 DUNLIN_API_KEY 中。",
  },
});

export function SignInPage() {
  const t = useT();
  const queries = useQueryClient();
  const [byKey, setByKey] = useState(false);
  const enter = useMutation({ mutationFn: (who: SignIn) => signIn(queries, who) });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "").trim();
    enter.mutate(byKey ? { key: field("key") } : { user: field("user"), password: String(form.get("password") ?? "") });
  };
  const toggle = { "aria-label": t("toggle") };
  const refused = enter.error instanceof Problem && enter.error.code === "sign_in_refused";
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper component="form" onSubmit={submit} withBorder p="xl" w="100%" maw={400}>
        <Stack>
          <Group justify="space-between" wrap="nowrap">
            <Title order={1} size="h3">
              {t("title")}
            </Title>
            <LookMenu />
          </Group>
          {byKey ? (
            <PasswordInput
              visibilityToggleButtonProps={toggle}
              key="key"
              name="key"
              label={t("key")}
              required
              autoFocus
              autoComplete="off"
            />
          ) : (
            <>
              <TextInput key="user" name="user" label={t("user")} required autoFocus autoComplete="username" />
              <PasswordInput
                visibilityToggleButtonProps={toggle}
                name="password"
                label={t("password")}
                required
                autoComplete="current-password"
              />
            </>
          )}
          <ProblemText error={enter.error}>{refused ? t(byKey ? "keyRefused" : "refused") : undefined}</ProblemText>
          <Button type="submit" loading={enter.isPending}>
            {t("submit")}
          </Button>
          <Anchor component="button" type="button" size="sm" onClick={() => setByKey(!byKey)}>
            {t(byKey ? "withPassword" : "withKey")}
          </Anchor>
          <Text size="xs" c="dimmed">
            {byKey ? t("keyHelp") : t("help")} {byKey ? null : <code>dunlin users create</code>}
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}
