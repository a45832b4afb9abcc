/** What became of an attempt to send, and of a reminder, as a word and a colour. */
import { Badge } from "@mantine/core";
import type { Delivery, Reminder } from "../../api/lists.ts";
import { words } from "../../ui/words.ts";

export const DELIVERY_STATES = ["accepted", "failed-permanent", "failed-transient", "unknown", "claimed"] as const;

const useDeliveryWords = words({
  en: {
    accepted: "accepted by the provider",
    "failed-permanent": "refused for good",
    "failed-transient": "failed, to be tried again",
    unknown: "unknown whether it was sent",
    claimed: "being sent",
  },
  zh: {
    accepted: "服务商已接受",
    "failed-permanent": "被拒绝，不再重试",
    "failed-transient": "失败，可重试",
    unknown: "不确定是否已发送",
    claimed: "正在发送",
  },
});
const useReminderWords = words({
  en: {
    planned: "will be sent",
    willSkip: "will be skipped",
    sending: "being sent",
    sent: "sent",
    skipped: "skipped",
    cancelled: "ended with the order",
  },
  zh: {
    planned: "将发送",
    willSkip: "将跳过",
    sending: "正在发送",
    sent: "已发送",
    skipped: "已跳过",
    cancelled: "随订单结束",
  },
});

export const useDeliveryName: () => (state: Delivery["state"]) => string = useDeliveryWords;

const COLOURS: Readonly<Record<Delivery["state"], string>> = {
  accepted: "teal.9",
  "failed-permanent": "red.9",
  "failed-transient": "#b93c08",
  unknown: "grape.9",
  claimed: "gray.7",
};

export function DeliveryState({ state }: { readonly state: Delivery["state"] }) {
  const name = useDeliveryName();
  return (
    <Badge color={COLOURS[state]} tt="none">
      {name(state)}
    </Badge>
  );
}

export function ReminderState({ reminder: { state, kind } }: { readonly reminder: Pick<Reminder, "state" | "kind"> }) {
  const t = useReminderWords();
  return (
    <Badge color={state === "skipped" ? "#b93c08" : "gray.7"} tt="none">
      {t(state === "planned" && kind === "skip" ? "willSkip" : state)}
    </Badge>
  );
}
