/** The versions of a campaign, what changed between two of them, and the way back. */
import { Badge, Button, Group, NativeSelect, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { type Campaign, type Version, versionQuery, versionsQuery } from "../../../api/campaigns.ts";
import { useMay } from "../../../api/session.ts";
import { useActor } from "../../../ui/actors.ts";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { useFormats } from "../../../ui/formats.ts";
import { Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";
import { baseOf } from "../editor/draft.ts";
import { Rollback } from "./rollback.tsx";

const Differences = lazy(() => import("../differences.tsx"));

const useT = words({
  en: {
    title: "Versions",
    version: "Version {version}",
    current: "Runs now",
    file: "applied from files",
    http: "saved here or over HTTP",
    rollback: "back to version {version}",
    changes: "Changes",
    changesOf: "Changes of version {version}",
    older: "Older versions",
    compare: "What changed",
    from: "From",
    to: "To",
    same: "These versions are the same.",
  },
  zh: {
    title: "版本",
    version: "版本 {version}",
    current: "当前运行",
    file: "从文件应用",
    http: "在此或通过 HTTP 保存",
    rollback: "回退到版本 {version}",
    changes: "变更",
    changesOf: "版本 {version} 的变更",
    older: "更早的版本",
    compare: "变更内容",
    from: "从",
    to: "到",
    same: "两个版本相同。",
  },
});

export default function HistoryPanel({ campaign }: { readonly campaign: Campaign }) {
  const t = useT();
  const { key, version: current } = campaign;
  const query = useInfiniteQuery(versionsQuery(key));
  const versions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  // null: the current version against the one before it.
  const [pair, setPair] = useState<readonly [from: number, to: number] | null>(null);
  const [from, to] = pair ?? [versions[1]?.version ?? current, current];
  if (query.isPending) return <Skeleton height={240} />;
  return (
    <Stack>
      <Panel title={t("title")}>
        {query.isError ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
        {versions.map((each, at) => (
          <Line
            key={each.version}
            campaign={campaign}
            version={each}
            before={versions[at + 1]?.version ?? null}
            onCompare={(before) => setPair([before, each.version])}
          />
        ))}
        {query.hasNextPage ? (
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("older")}
          </Button>
        ) : null}
      </Panel>
      {versions.length < 2 ? null : (
        <Panel title={t("compare")}>
          <Group>
            {([0, 1] as const).map((side) => (
              <NativeSelect
                key={side}
                label={t(side === 0 ? "from" : "to")}
                data={versions.map(({ version }) => ({
                  value: String(version),
                  label: t("version", { version: String(version) }),
                }))}
                value={String(side === 0 ? from : to)}
                onChange={({ currentTarget: { value } }) =>
                  setPair(side === 0 ? [Number(value), to] : [from, Number(value)])
                }
              />
            ))}
          </Group>
          <Comparison campaign={key} from={from} to={to} />
        </Panel>
      )}
    </Stack>
  );
}

type LineProps = {
  readonly campaign: Campaign;
  readonly version: Version;
  /** null: it is the first one. */
  readonly before: number | null;
  readonly onCompare: (before: number) => void;
};

function Line({ campaign, version, before, onCompare }: LineProps) {
  const t = useT();
  const { exact } = useFormats();
  const actor = useActor();
  const mayEdit = useMay("operator");
  const number = String(version.version);
  const source =
    version.source === "rollback" ? t("rollback", { version: String(version.fromVersion) }) : t(version.source);
  return (
    <Paper component="article" aria-label={t("version", { version: number })} withBorder p="xs">
      <Group justify="space-between" gap="xs">
        <div style={{ flex: 1, minWidth: 200 }}>
          <Group gap="xs">
            <Text fw={600}>{t("version", { version: number })}</Text>
            {version.current ? (
              <Badge color="teal.9" tt="none">
                {t("current")}
              </Badge>
            ) : null}
          </Group>
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {[actor(version.createdBy), exact(version.createdAt), source].join(" · ")}
          </Text>
          {version.note === null ? null : (
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {version.note}
            </Text>
          )}
        </div>
        <Group gap="xs">
          {before === null ? null : (
            <Button
              size="xs"
              variant="default"
              aria-label={t("changesOf", { version: number })}
              onClick={() => onCompare(before)}
            >
              {t("changes")}
            </Button>
          )}
          {version.current || !mayEdit ? null : <Rollback campaign={campaign} to={version.version} />}
        </Group>
      </Group>
    </Paper>
  );
}

type ComparisonProps = { readonly campaign: string; readonly from: number; readonly to: number };

function Comparison({ campaign, from, to }: ComparisonProps) {
  const t = useT();
  const [before, after] = [useQuery(versionQuery(campaign, from)), useQuery(versionQuery(campaign, to))];
  const error = before.error ?? after.error;
  if (error !== null) return <ProblemAlert error={error} />;
  if (before.data === undefined || after.data === undefined) return <Skeleton height={120} />;
  const [left, right] = [baseOf(before.data).texts, baseOf(after.data).texts];
  const files = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(
    (file) => left[file] !== right[file],
  );
  if (files.length === 0) return <Text size="sm">{t("same")}</Text>;
  const name = (version: number) => t("version", { version: String(version) });
  return (
    <Suspense fallback={<Skeleton height={120} />}>
      {files.map((file) => (
        <Stack key={file} gap={4}>
          <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
            {file}
          </Text>
          <Differences
            title={file}
            left={left[file] ?? null}
            right={right[file] ?? null}
            names={[name(from), name(to)]}
          />
        </Stack>
      ))}
    </Suspense>
  );
}
