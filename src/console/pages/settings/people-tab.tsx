/** Who may sign in, and which programs may call. A link or key is shown once, right after it was made. */
import { Alert, Button, Code, CopyButton, Group, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  addKey,
  addPerson,
  disablePerson,
  keysQuery,
  type Role,
  renewPerson,
  revokeKey,
  usersQuery,
} from "../../api/settings.ts";
import { useActor } from "../../ui/actors.ts";
import { useProblemText } from "../../ui/faults.tsx";
import { useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { NewName, useRoleNames } from "./new-name.tsx";

const useT = words({
  en: {
    people: "People",
    peopleNote: "A person sets a password by a link that holds once, for 3 days.",
    keys: "Keys of programs",
    keysNote: "The admin key of the installation is not listed: it is in the environment or the data directory.",
    name: "Name",
    role: "Role",
    by: "Added by",
    state: "State",
    active: "active",
    ended: "ended {at}",
    addPerson: "Add a person",
    addKey: "Create a key",
    link: "Pass this link on to {name}. It is shown only once:",
    key: "The key {name}. It is shown only once:",
    copy: "Copy",
    copied: "Copied",
    renew: "New link",
    renewSure: "End the password and all sessions of {name}, and make a new link?",
    disable: "Disable",
    disableSure: "Let {name} in no longer?",
    revoke: "Revoke",
    revokeSure: "Revoke the key {name}? Programs that use it are refused at once.",
    none: "Nobody yet.",
  },
  zh: {
    people: "人员",
    peopleNote: "新成员通过一次性链接设置密码，3 天内有效。",
    keys: "程序密钥",
    keysNote: "安装时的管理员密钥不在此列：它在环境变量或数据目录中。",
    name: "名称",
    role: "角色",
    by: "添加者",
    state: "状态",
    active: "有效",
    ended: "{at} 已停用",
    addPerson: "添加人员",
    addKey: "创建密钥",
    link: "请把此链接交给 {name}，仅显示一次：",
    key: "密钥 {name}，仅显示一次：",
    copy: "复制",
    copied: "已复制",
    renew: "新链接",
    renewSure: "结束 {name} 的密码和所有会话，并生成新链接？",
    disable: "停用",
    disableSure: "停用 {name}？",
    revoke: "撤销",
    revokeSure: "撤销密钥 {name}？使用它的程序会立即被拒绝。",
    none: "暂无。",
  },
});

type Shown = { readonly kind: "link" | "key"; readonly name: string; readonly value: string };

export function PeopleTab() {
  const t = useT();
  const textOf = useProblemText();
  const queries = useQueryClient();
  const [shown, setShown] = useState<Shown | null>(null);
  const act = useMutation({
    mutationFn: (run: () => Promise<Shown | null>) => run(),
    onSuccess: (result) => {
      setShown(result);
      return queries.invalidateQueries({ queryKey: ["changes"] });
    },
  });
  const link = (made: { name: string; path: string }): Shown => ({
    kind: "link",
    name: made.name,
    value: `${window.location.origin}${made.path}`,
  });
  const ask = (question: string, run: () => Promise<Shown | null>) => {
    if (window.confirm(question)) act.mutate(run);
  };
  return (
    <Stack>
      {act.isError ? (
        <Alert color="red" role="alert">
          {textOf(act.error, { name: t("name"), role: t("role") })}
        </Alert>
      ) : null}
      {shown === null ? null : (
        <Alert color="teal" title={t(shown.kind, { name: shown.name })} withCloseButton onClose={() => setShown(null)}>
          <Group>
            <Code style={{ overflowWrap: "anywhere" }}>{shown.value}</Code>
            <CopyButton value={shown.value}>
              {({ copied, copy }) => (
                <Button size="xs" variant="default" onClick={copy}>
                  {t(copied ? "copied" : "copy")}
                </Button>
              )}
            </CopyButton>
          </Group>
        </Alert>
      )}
      <Panel title={t("people")} note={t("peopleNote")}>
        <NewName
          label={t("addPerson")}
          busy={act.isPending}
          onSubmit={(body) => act.mutate(async () => link(await addPerson(body)))}
        />
        <Loaded query={useQuery(usersQuery)}>
          {({ items }) => (
            <Names
              label={t("people")}
              rows={items.map((each) => ({ ...each, endedAt: each.disabledAt }))}
              actions={(name) => [
                [t("renew"), () => ask(t("renewSure", { name }), async () => link(await renewPerson(name)))],
                [t("disable"), () => ask(t("disableSure", { name }), async () => disablePerson(name).then(() => null))],
              ]}
            />
          )}
        </Loaded>
      </Panel>
      <Panel title={t("keys")} note={t("keysNote")}>
        <NewName
          label={t("addKey")}
          busy={act.isPending}
          onSubmit={(body) =>
            act.mutate(async () => {
              const { name, key } = await addKey(body);
              return { kind: "key", name, value: key };
            })
          }
        />
        <Loaded query={useQuery(keysQuery)}>
          {({ items }) => (
            <Names
              label={t("keys")}
              rows={items.map((each) => ({ ...each, endedAt: each.revokedAt }))}
              actions={(name) => [
                [t("revoke"), () => ask(t("revokeSure", { name }), async () => revokeKey(name).then(() => null))],
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Stack>
  );
}

type Row = { readonly name: string; readonly role: Role; readonly createdBy: string; readonly endedAt: string | null };

function Names({
  label,
  rows,
  actions,
}: {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly actions: (name: string) => readonly (readonly [string, () => void])[];
}) {
  const t = useT();
  const roleName = useRoleNames();
  const actor = useActor();
  const { day } = useFormats();
  if (rows.length === 0) return <Text c="dimmed">{t("none")}</Text>;
  return (
    <Wide label={label} columns={[t("name"), t("role"), t("by"), t("state"), ""]}>
      {rows.map((row) => (
        <Table.Tr key={row.name}>
          <Table.Td>{row.name}</Table.Td>
          <Table.Td style={{ whiteSpace: "nowrap" }}>{roleName(row.role)}</Table.Td>
          <Table.Td>{actor(row.createdBy)}</Table.Td>
          <Table.Td style={{ whiteSpace: "nowrap" }}>
            {row.endedAt === null ? t("active") : t("ended", { at: day(row.endedAt) })}
          </Table.Td>
          <Table.Td>
            <Group gap="xs" justify="flex-end">
              {row.endedAt === null
                ? actions(row.name).map(([label, run]) => (
                    <Button key={label} size="xs" variant="default" aria-label={`${label} ${row.name}`} onClick={run}>
                      {label}
                    </Button>
                  ))
                : null}
            </Group>
          </Table.Td>
        </Table.Tr>
      ))}
    </Wide>
  );
}
