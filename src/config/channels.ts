/** Channels: their keys, what the entries say of each other, defaults, and the contact each one speaks to. */
import { z } from "zod";
import { CHANNEL_PROVIDERS, type ChannelConfig } from "../core/seams/channel.ts";
import { closest, didYouMean } from "../core/text/suggest.ts";
import { decimalField, nameField, spanField } from "../core/text/yaml-fields.ts";
import { SECOND } from "../core/values/duration.ts";
import type { ContactKind } from "../core/values/policy.ts";
import { currencyField, positiveField, textField, urlField } from "./fields.ts";

/** Keys that every channel has. */
const channelKeys = {
  provider: nameField,
  contact: z
    .string()
    .regex(/^(phone|chat|chat\.[\w-]{1,40})$/, "must be phone, chat or chat.<kind>")
    .optional(),
  url: urlField.optional(),
  secret: textField.optional(),
  ratePerSecond: positiveField.optional(),
  timeout: spanField.optional(),
  cost: z.strictObject({ amount: decimalField, currency: currencyField }).optional(),
  fallback: z.string().optional(),
};
const channelShape = z.looseObject(channelKeys);
export type ChannelEntry = z.output<typeof channelShape>;

/** The checks across entries run also when an entry is at fault, so that all is told at once; hence nothing is taken for granted in them. */
export const channelsShape = z
  .record(nameField, channelShape)
  .superRefine(
    (entries, context) => checkEntries(entries, (path, message) => context.addIssue({ code: "custom", path, message })),
    {
      when: () => true,
    },
  );

const COMMON = Object.keys(channelKeys);
/** Providers that know no keys of their own. */
const PLAIN = ["console", "webhook"];

type Report = (path: string[], message: string) => void;

function checkEntries(entries: unknown, report: Report): void {
  const channels = Object.entries(asRecord(entries)).map(([name, entry]) => ({ name, entry: asRecord(entry) }));
  const names = channels.map(({ name }) => name);
  for (const { name, entry } of channels) {
    checkKeys(name, entry, report);
    const { provider } = entry;
    if (typeof provider === "string" && !CHANNEL_PROVIDERS.some((known) => known === provider))
      report(
        [name, "provider"],
        `is no provider of this version${didYouMean(provider, CHANNEL_PROVIDERS) || ` (known: ${CHANNEL_PROVIDERS.join(", ")})`}`,
      );
    if (entry.provider === "webhook" && entry.url === undefined)
      report([name], "needs a url, since its provider is webhook");
    const { fallback } = entry;
    if (typeof fallback === "string" && !names.includes(fallback))
      report(
        [name, "fallback"],
        `names no channel${didYouMean(fallback, names) || ` (there are ${names.join(", ")})`}`,
      );
  }
  checkCycles(new Map(channels.map(({ name, entry }) => [name, entry.fallback])), report);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function checkKeys(name: string, entry: Record<string, unknown>, report: Report): void {
  for (const key of Object.keys(entry)) {
    if (COMMON.includes(key)) continue;
    if (!PLAIN.includes(String(entry.provider)) && closest(key, COMMON) === null) continue;
    report([name, key], `unknown key${didYouMean(key, COMMON) || ` (known: ${COMMON.join(", ")})`}`);
  }
}

function checkCycles(next: ReadonlyMap<string, unknown>, report: Report): void {
  const done = new Set<string>();
  for (const name of next.keys()) {
    const chain: string[] = [];
    let at: unknown = name;
    while (typeof at === "string" && next.has(at) && !done.has(at) && !chain.includes(at)) {
      chain.push(at);
      at = next.get(at);
    }
    const start = typeof at === "string" ? chain.indexOf(at) : -1;
    if (start >= 0)
      report([String(at), "fallback"], `leads back to itself: ${[...chain.slice(start), at].join(" → ")}`);
    for (const member of chain) done.add(member);
  }
}

/** `entries` undefined or empty: `sms` and `chat`, both printed. */
export function buildChannels(entries: Readonly<Record<string, ChannelEntry>> | undefined): readonly ChannelConfig[] {
  const given = Object.entries(entries ?? {});
  const standard: [string, ChannelEntry][] = [
    ["sms", { provider: "console" }],
    ["chat", { provider: "console" }],
  ];
  return (given.length === 0 ? standard : given).map(([name, entry]) => channelConfig(name, entry));
}

function channelConfig(name: string, entry: ChannelEntry): ChannelConfig {
  const options = Object.fromEntries(Object.entries(entry).filter(([key]) => !COMMON.includes(key)));
  return {
    name,
    provider: entry.provider,
    contact: isContact(entry.contact) ? entry.contact : defaultContact(name, entry.provider),
    url: entry.url ?? null,
    secret: entry.secret ?? null,
    ratePerSecond: entry.ratePerSecond ?? null,
    timeoutMs: entry.timeout ?? 10 * SECOND,
    cost: entry.cost ? { micros: toMicros(entry.cost.amount), currency: entry.cost.currency } : null,
    fallback: entry.fallback ?? null,
    options,
  };
}

function isContact(text: string | undefined): text is ContactKind {
  return text !== undefined && /^(phone|chat|chat\..+)$/.test(text);
}

/** SMS, WhatsApp and voice speak to a phone number, told by provider or name; `chat` to any handle; others to the handle of their name. */
function defaultContact(name: string, provider: string): ContactKind {
  if (/sms|whatsapp/i.test(provider) || /sms|whatsapp|voice/i.test(name)) return "phone";
  return name === "chat" ? "chat" : `chat.${name}`;
}

/** `0.05` → 50,000 millionths; the schema allows six decimals. */
function toMicros(decimal: string): number {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, "0"));
}
