/** The section `notices` of dunlin.yaml: the chats of the shop's staff. The keys of each come from its descriptor. */
import { z } from "zod";
import { didYouMean } from "../core/text/suggest.ts";
import { explain } from "../core/text/yaml-faults.ts";
import { nameField } from "../core/text/yaml-fields.ts";
import { type NoticeConfig, noticeProviderOf, noticeProviders } from "../providers/notices/all.ts";
import { ALWAYS, type CheckContext, recordOf } from "./fields.ts";

const entryShape = z.looseObject({ provider: nameField, leaders: z.boolean().optional() });
export type NoticeEntry = z.output<typeof entryShape>;

export const noticesShape = z.record(nameField, entryShape).superRefine(checkEntries, ALWAYS);

function checkEntries(entries: unknown, context: CheckContext): void {
  for (const [name, entry] of Object.entries(recordOf(entries))) {
    const { provider } = recordOf(entry);
    if (typeof provider !== "string") continue;
    const known = noticeProviderOf(provider);
    if (known === null) {
      const names = noticeProviders.map((each) => each.name);
      const hint = didYouMean(provider, names) || ` (known: ${names.join(", ")})`;
      context.addIssue({ code: "custom", path: [name, "provider"], message: `takes no notices${hint}` });
      continue;
    }
    const checked = z
      .strictObject({ provider: z.unknown(), leaders: z.unknown().optional(), ...known.settings })
      .safeParse(entry, { error: explain });
    for (const issue of checked.error?.issues ?? [])
      context.issues.push({ ...issue, path: [name, ...issue.path], input: undefined });
  }
}

/** `entries` must have passed `noticesShape`. */
export function buildNotices(entries: Readonly<Record<string, NoticeEntry>> | undefined): readonly NoticeConfig[] {
  return Object.entries(entries ?? {}).map(
    // The settings are those of this provider's schema: the pair is one of the union.
    ([name, entry]) =>
      ({
        name,
        provider: entry.provider,
        leaders: entry.leaders ?? false,
        settings: z.object(noticeProviderOf(entry.provider)?.settings ?? {}).parse(entry),
      }) as NoticeConfig,
  );
}
