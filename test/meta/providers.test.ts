/** docs/providers.md against the tables of the providers. `UPDATE_DOCS=1` writes the tables into it. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { aliyunCodes } from "../../src/channels/aliyun-sms/codes.ts";
import type { CodeTable, Meaning } from "../../src/channels/code-table.ts";
import { dingtalkCodes } from "../../src/channels/notices/dingtalk.ts";
import { feishuCodes } from "../../src/channels/notices/feishu.ts";
import { slackCodes } from "../../src/channels/notices/slack.ts";
import { wecomCodes } from "../../src/channels/notices/wecom.ts";
import { smtpCodes } from "../../src/channels/smtp/codes.ts";
import { tencentCodes } from "../../src/channels/tencent-sms/codes.ts";
import { twilioCodes } from "../../src/channels/twilio-sms/codes.ts";
import { wechatCodes } from "../../src/channels/wechat/codes.ts";
import { whatsappCodes } from "../../src/channels/whatsapp/codes.ts";

const PATH = "docs/providers.md";

const CHANNELS = [aliyunCodes, tencentCodes, twilioCodes, whatsappCodes, wechatCodes, smtpCodes];
const NOTICES = [dingtalkCodes, wecomCodes, feishuCodes, slackCodes];

const WHEN = { "08:00": "08:00", tomorrow: "the next day", "next month": "the next month" };

const does = ({ means, until, wish }: Meaning): string => {
  const wait = until === undefined ? "" : `, not before ${WHEN[until]}`;
  if (wish === "out") return "opts the address out, tries the next channel";
  if (wish === "invalid") return "records that the address does not exist, tries the next channel";
  if (means === "refused") return "tries the next channel";
  if (means === "later") return `tries again${wait}`;
  if (means === "channel") return `pauses the channel${until === undefined ? "" : ` until ${until}`}`;
  return "never repeats it";
};

/** A notice is tried again for a day in any case. */
const doesNotice = ({ means }: Meaning): string =>
  means === "refused" ? "tries again, later and later" : "posts nothing there for a while, then tries again";

function tableOf(table: CodeTable): string {
  const { provider, codes } = table;
  const done = NOTICES.includes(table) ? doesNotice : does;
  const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${meaning.words} | ${done(meaning)} |`);
  return [
    `<!-- ${provider} -->`,
    "",
    "| code | meaning | Dunlin |",
    "|---|---|---|",
    ...rows,
    "",
    `<!-- /${provider} -->`,
  ].join("\n");
}

it.each([...CHANNELS, ...NOTICES])("lists the codes of $provider", (table) => {
  const document = readFileSync(PATH, "utf8");
  const { provider } = table;
  const place = new RegExp(`<!-- ${provider} -->[\\s\\S]*<!-- /${provider} -->`);
  if (process.env.UPDATE_DOCS === "1")
    writeFileSync(
      PATH,
      document.replace(place, () => tableOf(table)),
    );
  expect(place.exec(readFileSync(PATH, "utf8"))?.[0]).toBe(tableOf(table));
});
