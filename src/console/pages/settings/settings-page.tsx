/** Shops and channels, opt-outs, people and keys, the audit trail, and the health of the system: a tab each, with an address of its own. */
import { Stack, Tabs, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { mayAct, sessionQuery } from "../../api/session.ts";
import { words } from "../../ui/words.ts";
import { AuditTab } from "./audit-tab.tsx";
import { OptOutsTab } from "./opt-outs-tab.tsx";
import { PartsTab } from "./parts-tab.tsx";
import { PeopleTab } from "./people-tab.tsx";
import { SystemTab } from "./system-tab.tsx";

const useT = words({
  en: {
    title: "Settings",
    parts: "Shops and channels",
    "opt-outs": "Opt-outs",
    people: "People and keys",
    audit: "Audit trail",
    system: "System",
  },
  zh: {
    title: "设置",
    parts: "店铺与渠道",
    "opt-outs": "退订",
    people: "人员与密钥",
    audit: "操作记录",
    system: "系统",
  },
});

const TABS = [
  ["parts", "viewer", PartsTab],
  ["opt-outs", "operator", OptOutsTab],
  ["people", "admin", PeopleTab],
  ["audit", "viewer", AuditTab],
  ["system", "viewer", SystemTab],
] as const;

export function SettingsPage() {
  const t = useT();
  const navigate = useNavigate();
  const { tab } = useParams({ strict: false }) as { tab?: string };
  const { data: session } = useQuery(sessionQuery);
  const tabs = TABS.filter(([, role]) => session && mayAct(session.role, role));
  const shown = tabs.find(([name]) => name === tab)?.[0] ?? "parts";
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      <Tabs value={shown} onChange={(next) => void navigate({ to: `/settings/${next}` as "/" })} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map(([name]) => (
            <Tabs.Tab key={name} value={name}>
              {t(name)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(([name, , Tab]) => (
          <Tabs.Panel key={name} value={name}>
            <Tab />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
