import { webhook } from "../webhook.ts";
import type { NoticeProvider } from "./notice-provider.ts";

/** A service of the shop's own, signed as the channel `webhook` signs. */
export const webhookNotices = {
  name: "webhook",
  settings: webhook.settings,
  maxBytes: 20_000,
} as const satisfies NoticeProvider;
