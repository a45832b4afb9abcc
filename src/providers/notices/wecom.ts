import { urlField } from "../../core/text/yaml-fields.ts";
import type { NoticeProvider } from "./notice-provider.ts";

/** https://developer.work.weixin.qq.com/document/path/91770; it signs nothing, so that the key in the `url` is the secret. */
export const wecom = { name: "wecom", settings: { url: urlField }, maxBytes: 2_048 } as const satisfies NoticeProvider;
