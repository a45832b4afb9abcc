/** Asks what to stop, for how long and why. */
import { Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { campaignsQuery, channelsQuery, forAll, type Part, pause, shopsQuery } from "../../api/pauses.ts";
import { ProblemText } from "../faults.tsx";
import { FormButtons } from "../parts/form-buttons.tsx";
import { words } from "../words.ts";

const useT = words({
  en: {
    title: "Stop sending",
    scope: "What to stop",
    everything: "Everything: all campaigns",
    shops: "Shops",
    channels: "Channels",
    campaigns: "Campaigns",
    length: "For how long",
    open: "Until somebody resumes it",
    minutes: "30 minutes",
    hours: "2 hours",
    day: "24 hours",
    why: "Reason, for the history",
    whyMissing: "Write a reason: the next shift will ask.",
    explain:
      "Reminders wait and go out when it is resumed, if they are still of use then. Messages that a provider has already taken cannot be called back.",
    submit: "Stop now",
  },
  zh: {
    title: "停止发送",
    scope: "停止范围",
    everything: "全部：所有活动",
    shops: "店铺",
    channels: "渠道",
    campaigns: "活动",
    length: "时长",
    open: "直到有人恢复",
    minutes: "30 分钟",
    hours: "2 小时",
    day: "24 小时",
    why: "原因（留作记录）",
    whyMissing: "请填写原因，下一班同事会问到。",
    explain: "提醒会等待，恢复后若仍有意义则继续发送。已被服务商接收的消息无法撤回。",
    submit: "立即停止",
  },
});

const EVERYTHING = "*";

/** `part`: what the form begins with; absent: everything. */
export default function StopForm({ part, onClose }: { readonly part?: Part; readonly onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [scope, setScope] = useState(part === undefined ? EVERYTHING : `${part.kind}:${part.name}`);
  const [length, setLength] = useState("");
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const shops = useQuery(shopsQuery).data?.items ?? [];
  const channels = useQuery(channelsQuery).data?.items ?? [];
  const campaigns = (useQuery(campaignsQuery).data?.items ?? []).filter(({ retired }) => !retired);
  const options = (kind: string, names: readonly string[]) =>
    names.map((name) => ({ value: `${kind}:${name}`, label: name }));
  const stop = useMutation({
    mutationFn: async () => {
      const parts = scope === EVERYTHING ? await running() : [partOf(scope)];
      await forAll(parts, (part) => pause(part, { note: note.trim(), for: length === "" ? null : length }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["changes"] }),
    onSuccess: onClose,
  });
  /** As they are at the click, not as they were when the page was loaded. */
  const running = async (): Promise<readonly Part[]> => {
    const { items } = await queries.fetchQuery({ ...campaignsQuery, staleTime: 0 });
    return items
      .filter(({ retired, paused }) => !retired && !paused)
      .map(({ key }) => ({ kind: "campaign", name: key }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() === "") setMissing(true);
    else stop.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={t("title")}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Select
            label={t("scope")}
            value={scope}
            onChange={(value) => setScope(value ?? EVERYTHING)}
            allowDeselect={false}
            searchable
            data={[
              { value: EVERYTHING, label: t("everything") },
              {
                group: t("shops"),
                items: options(
                  "shop",
                  shops.map(({ name }) => name),
                ),
              },
              {
                group: t("channels"),
                items: options(
                  "channel",
                  channels.map(({ name }) => name),
                ),
              },
              {
                group: t("campaigns"),
                items: options(
                  "campaign",
                  campaigns.map(({ key }) => key),
                ),
              },
            ]}
          />
          <Select
            label={t("length")}
            value={length}
            onChange={(value) => setLength(value ?? "")}
            allowDeselect={false}
            data={[
              { value: "", label: t("open") },
              { value: "30m", label: t("minutes") },
              { value: "2h", label: t("hours") },
              { value: "24h", label: t("day") },
            ]}
          />
          <Textarea
            label={t("why")}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            error={missing && note.trim() === "" ? t("whyMissing") : null}
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
          />
          <Text size="sm" c="dimmed">
            {t("explain")}
          </Text>
          <ProblemText error={stop.error} />
          <FormButtons submit={t("submit")} onLeave={onClose} busy={stop.isPending} color="red.9" />
        </Stack>
      </form>
    </Modal>
  );
}

function partOf(scope: string): Part {
  const [kind = "", ...name] = scope.split(":");
  return { kind: kind as Part["kind"], name: name.join(":") };
}
