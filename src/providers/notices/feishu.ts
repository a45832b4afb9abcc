import { textField, urlField } from "../../core/text/yaml-fields.ts";
import type { NoticeProvider } from "./notice-provider.ts";

/** https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot; the whole body may have 20 KB. */
export const feishu = {
  name: "feishu",
  settings: { url: urlField, secret: textField.optional() },
  maxBytes: 18_000,
} as const satisfies NoticeProvider;
