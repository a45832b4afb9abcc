/** The places of the navigation, in its order. */
import {
  IconCalendarTime,
  IconChartBar,
  IconHeadset,
  IconLayoutDashboard,
  IconListSearch,
  IconMessages,
  IconPlayerPlay,
  IconSettings,
  IconSpeakerphone,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { words } from "./words.ts";

export const usePlaceNames = words({
  en: {
    today: "Today",
    campaigns: "Campaigns",
    rehearsal: "Rehearsal",
    next: "Next",
    orders: "Orders",
    deliveries: "Deliveries",
    followUp: "Follow-up",
    reports: "Reports",
    settings: "Settings",
  },
  zh: {
    today: "今日",
    campaigns: "活动",
    rehearsal: "演练",
    next: "即将发送",
    orders: "订单",
    deliveries: "发送记录",
    followUp: "人工跟进",
    reports: "报表",
    settings: "设置",
  },
});

type Place = {
  readonly name: Parameters<ReturnType<typeof usePlaceNames>>[0];
  readonly to: string;
  readonly Icon: ComponentType<{ size?: number; stroke?: number }>;
};

export const PLACES: readonly Place[] = [
  { name: "today", to: "/", Icon: IconLayoutDashboard },
  { name: "campaigns", to: "/campaigns", Icon: IconSpeakerphone },
  { name: "rehearsal", to: "/rehearsal", Icon: IconPlayerPlay },
  { name: "next", to: "/next", Icon: IconCalendarTime },
  { name: "orders", to: "/orders", Icon: IconListSearch },
  { name: "deliveries", to: "/deliveries", Icon: IconMessages },
  { name: "followUp", to: "/follow-up", Icon: IconHeadset },
  { name: "reports", to: "/reports", Icon: IconChartBar },
  { name: "settings", to: "/settings", Icon: IconSettings },
];
