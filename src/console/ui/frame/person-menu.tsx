import { ActionIcon, Box, Menu, Text } from "@mantine/core";
import { IconLogout, IconUserCircle } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { sessionQuery, signOut } from "../../api/session.ts";
import { ProblemText } from "../faults.tsx";
import { mayLeave } from "../leaving.ts";
import { words } from "../words.ts";

const useT = words({
  en: {
    open: "Signed in as {name}",
    viewer: "Viewer: may look",
    operator: "Operator: may change campaigns and pause",
    admin: "Admin: may do everything",
    out: "Sign out",
    everywhere: "Sign out on all devices",
  },
  zh: {
    open: "已登录：{name}",
    viewer: "查看者：可查看",
    operator: "运营：可修改活动与暂停",
    admin: "管理员：可执行所有操作",
    out: "退出登录",
    everywhere: "在所有设备上退出",
  },
});

export function PersonMenu() {
  const t = useT();
  const queries = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const leave = useMutation({
    mutationFn: async (everywhere: boolean) => {
      if (await mayLeave()) return signOut(queries, everywhere);
      // The item of the menu that was clicked is gone.
      button.current?.focus();
    },
    // The menu closes by the click, and shows why nobody was signed out.
    onError: () => setOpened(true),
  });
  if (!session) return null;
  return (
    <Menu position="bottom-end" withinPortal opened={opened} onChange={setOpened}>
      <Menu.Target>
        <ActionIcon ref={button} variant="subtle" color="gray" size="lg" aria-label={t("open", { name: session.name })}>
          <IconUserCircle size={22} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown maw={280}>
        <Menu.Label>
          <Text fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
            {session.name}
          </Text>
          {t(session.role)}
        </Menu.Label>
        <Box px="sm">
          <ProblemText error={leave.error} />
        </Box>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate(false)}>
          {t("out")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate(true)}>
          {t("everywhere")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
