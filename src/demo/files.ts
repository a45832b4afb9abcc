/** The files that an operator would write: `dunlin.yaml`, one campaign and its texts. Dunlin reads them from the demo's own directory. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatDuration } from "../core/values/duration.ts";
import type { Pace } from "./shop/pace.ts";

export const TIME_ZONE = "Asia/Shanghai";
export const SHOP = "plumhouse";
export const CAMPAIGN = "spring-sale";
/** From this amount on a person handles the case. */
export const MANUAL_FROM = "2000.00";
export const HOLDOUT = "15%";

export type Written = { readonly configFile: string; readonly templatesDir: string };

export async function writeFiles(
  dir: string,
  pace: Pace,
  provider: { readonly origin: string; readonly secret: string },
): Promise<Written> {
  const templatesDir = join(dir, "templates");
  const campaign = join(templatesDir, CAMPAIGN);
  await mkdir(campaign, { recursive: true });
  const configFile = join(dir, "dunlin.yaml");
  await writeFile(configFile, configText(pace, provider), { mode: 0o600 });
  await writeFile(join(campaign, "campaign.yaml"), campaignText(pace));
  for (const [name, text] of Object.entries(TEXTS)) await writeFile(join(campaign, `${name}.hbs`), `${text}\n`);
  return { configFile, templatesDir };
}

const configText = (pace: Pace, { origin, secret }: { origin: string; secret: string }) => `shops:
  ${SHOP}: { timeZone: ${TIME_ZONE}, locale: zh-CN, currency: CNY, closeAfter: ${formatDuration(pace.closeAfter)} }
channels:
  sms:  { provider: webhook, url: "${origin}/sms", secret: "${secret}", timeout: 3s, cost: { amount: "0.05", currency: CNY } }
  chat: { provider: webhook, url: "${origin}/chat", secret: "${secret}", timeout: 3s }
`;

const campaignText = (pace: Pace) => `name: Spring sale
steps:
  - { id: nudge,     at: { afterCreated: ${formatDuration(pace.nudge)} }, channels: [chat, sms] }
  - { id: last-call, at: { beforeClose: ${formatDuration(pace.lastCall)} }, channels: [sms, chat] }
holdout: ${HOLDOUT}
# So that the effect is known when the last order has closed.
attributionWindow: ${formatDuration(pace.closeAfter - pace.nudge)}
# The demo also runs at night. A shop keeps the default: no reminder from 22:00 to 08:00 in the buyer's time zone.
quietHours: off
limits: { max: 3, per: 24h, gap: ${formatDuration(pace.gap)} }
minAge: ${formatDuration(pace.minAge)}
minLead: ${formatDuration(pace.minLead)}
manual: { amountAtLeast: "${MANUAL_FROM}" }
`;

/** Each text begins with what the buyer may want to check; the request to pay comes last. */
const TEXTS: Readonly<Record<string, string>> = {
  "nudge.chat.en":
    'Hello {{default buyer.name "there"}}, we have set aside {{list items "title" 2}} for you at Plum House ({{total}}){{#if timeLeft}}, for {{timeLeft}} more{{/if}}. Size and address all right? Just answer here.{{#if payUrl}} Pay: {{payUrl}}{{/if}} Paid already? Then never mind. STOP = no more notices',
  "nudge.chat.zh-CN":
    '{{default buyer.name "您"}}，您好！{{list items "title" 2}}已为您留好，共{{count}}笔订单{{total}}{{#if timeLeft}}，再保留{{timeLeft}}{{/if}}。款式和地址都对吗？要改直接回我就好。{{#if payUrl}}确认付款：{{payUrl}} {{/if}}已付请忽略，回复R不再提醒',
  "nudge.sms.en":
    "Plum House: your {{plural count 'order' 'orders'}} of {{total}} {{plural count 'is' 'are'}} set aside{{#if timeLeft}} for {{timeLeft}} more{{/if}}. {{#if payUrl}}{{payUrl}} {{/if}}STOP to opt out",
  "nudge.sms.zh-CN":
    "您在梅子家的订单{{total}}已留货{{#if timeLeft}}，还有{{timeLeft}}{{/if}}。{{#if payUrl}}{{payUrl}} {{/if}}拒收请回复R",
  "last-call.chat.en":
    'Hello {{default buyer.name "there"}}, we can hold {{list items "title" 2}} ({{total}}) for {{#if timeLeft}}{{timeLeft}} more{{else}}a moment longer{{/if}}, then your {{plural count "order closes" "orders close"}} by {{plural count "itself" "themselves"}}.{{#if payUrl}} Pay: {{payUrl}}{{/if}} No longer wanted? Nothing to do. STOP = no more notices',
  "last-call.chat.zh-CN":
    '{{default buyer.name "您"}}，{{list items "title" 2}}（{{total}}）{{#if timeLeft}}还能为您保留{{timeLeft}}{{else}}即将到期{{/if}}，之后订单会自动关闭。{{#if payUrl}}需要的话：{{payUrl}} {{/if}}不要了无需理会，回复R不再提醒',
  "last-call.sms.en":
    "Plum House: your {{plural count 'order' 'orders'}} of {{total}} {{#if timeLeft}}will close in {{timeLeft}}{{else}}will close soon{{/if}}. {{#if payUrl}}{{payUrl}} {{/if}}STOP to opt out",
  "last-call.sms.zh-CN":
    "您在梅子家的订单{{total}}{{#if timeLeft}}将在{{timeLeft}}后{{else}}即将{{/if}}自动关闭。{{#if payUrl}}{{payUrl}} {{/if}}拒收请回复R",
};
