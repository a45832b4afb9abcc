import { urlField } from "../../core/text/yaml-fields.ts";
import type { NoticeProvider } from "./notice-provider.ts";

/** https://api.slack.com/messaging/webhooks; Slack cuts texts beyond 40,000 characters, and advises 4,000. */
export const slack = { name: "slack", settings: { url: urlField }, maxBytes: 4_000 } as const satisfies NoticeProvider;
