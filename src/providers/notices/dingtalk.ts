import { textField, urlField } from "../../core/text/yaml-fields.ts";
import type { NoticeProvider } from "./notice-provider.ts";

/** https://open.dingtalk.com/document/orgapp/custom-robot-access */
export const dingtalk = {
  name: "dingtalk",
  settings: {
    url: urlField,
    /** The robot's `SEC…`; absent: it is secured by the keyword Dunlin, or by addresses. */
    secret: textField.optional(),
  },
  maxBytes: 20_000,
} as const satisfies NoticeProvider;
