/** A campaign: its texts to edit beside their preview, and its history. */
import { Anchor, Group, Skeleton, Stack, Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { campaignQuery } from "../../../api/campaigns.ts";
import { Loaded } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";
import { PauseSwitch } from "../pause-switch.tsx";
import { StateBadge, useActiveText } from "../state-badge.tsx";
import { Editor, type JustSaved } from "./editor.tsx";

const HistoryPanel = lazy(() => import("../history/history-panel.tsx"));

const useT = words({
  en: { all: "Campaigns", texts: "Texts", history: "History", version: "version {version}" },
  zh: { all: "活动", texts: "文本", history: "历史", version: "版本 {version}" },
});

export function EditorPage() {
  const t = useT();
  const { key = "" } = useParams({ strict: false });
  const [tab, setTab] = useState<string | null>("texts");
  const { justSaved } = useLocation().state;
  const query = useQuery(campaignQuery(key));
  const activeText = useActiveText();
  const form = query.data?.campaign ?? null;
  return (
    <Stack>
      <div>
        <Anchor component={Link} to="/campaigns" size="sm">
          ← {t("all")}
        </Anchor>
        <Group justify="space-between" gap="xs">
          <Group gap="sm">
            <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
              {form?.name ?? key}
            </Title>
            {query.data === undefined ? null : <StateBadge campaign={query.data} active={form?.active ?? null} />}
          </Group>
          {query.data === undefined ? null : <PauseSwitch campaign={query.data} />}
        </Group>
        <Text size="sm" c="dimmed">
          {[
            key,
            ...(query.data === undefined ? [] : [t("version", { version: String(query.data.version) })]),
            ...(form === null ? [] : [activeText(form.active)]),
          ].join(" · ")}
        </Text>
      </div>
      <Loaded query={query} height={480}>
        {(campaign) => (
          <Tabs value={tab} onChange={setTab}>
            <Tabs.List mb="md">
              <Tabs.Tab value="texts">{t("texts")}</Tabs.Tab>
              <Tabs.Tab value="history">{t("history")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="texts">
              <Editor key={campaign.key} campaign={campaign} justSaved={justSaved} />
            </Tabs.Panel>
            <Tabs.Panel value="history">
              {tab === "history" ? (
                <Suspense fallback={<Skeleton height={240} />}>
                  <HistoryPanel campaign={campaign} />
                </Suspense>
              ) : null}
            </Tabs.Panel>
          </Tabs>
        )}
      </Loaded>
    </Stack>
  );
}

declare module "@tanstack/history" {
  interface HistoryState {
    /** The first save of a new campaign leads from its page to this one. */
    justSaved?: JustSaved;
  }
}
