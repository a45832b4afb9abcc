/** The section `channels` of dunlin.yaml. A provider's own keys come from its descriptor; the keys of every channel are here. */
import { z } from "zod";
import type { ChannelTerms } from "../core/seams/channel.ts";
import { didYouMean } from "../core/text/suggest.ts";
import { explain } from "../core/text/yaml-faults.ts";
import {
  currencyField,
  decimalField,
  nameField,
  offOr,
  pauseWhenField,
  pauseWhenOf,
  spanField,
} from "../core/text/yaml-fields.ts";
import { SECOND } from "../core/values/duration.ts";
import type { ContactKind } from "../core/values/policy.ts";
import { type ChannelConfig, channelProviders, contactsOf, providerOf } from "../providers/all.ts";
import { consoleProvider } from "../providers/console.ts";
import { ALWAYS, type CheckContext, connectionsField, countField, positiveField, recordOf } from "./fields.ts";

const KIND_FAULT = "must be phone, email, chat or chat.<kind>, or a list of them";
const kindField = z.string().refine(isContact, { error: KIND_FAULT });

/** Keys of every channel. */
const termKeys = {
  provider: nameField,
  contact: z
    .union([kindField, z.array(kindField).min(1, "must name a kind").max(10, "names more than 10 kinds")], {
      error: KIND_FAULT,
    })
    .optional(),
  ratePerSecond: positiveField.optional(),
  timeout: spanField.optional(),
  connections: connectionsField.optional(),
  cost: z.strictObject({ amount: decimalField, currency: currencyField }).optional(),
  fallback: z.string().optional(),
  caps: offOr(
    z.strictObject({ perAddress: countField, per: spanField }),
    "must be off or a map of perAddress and per",
  ).optional(),
  pauseWhen: pauseWhenField.optional(),
};
const channelShape = z.looseObject(termKeys);
export type ChannelEntry = z.output<typeof channelShape>;

const anyTerms = Object.fromEntries(Object.keys(termKeys).map((key) => [key, z.unknown().optional()]));

export const channelsShape = z.record(nameField, channelShape).superRefine(checkEntries, ALWAYS);

function checkEntries(entries: unknown, context: CheckContext): void {
  const report = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  const channels = Object.entries(recordOf(entries)).map(([name, entry]) => ({ name, entry: recordOf(entry) }));
  const names = channels.map(({ name }) => name);
  for (const { name, entry } of channels) {
    const { provider, fallback } = entry;
    const settings = typeof provider === "string" ? (providerOf(provider)?.settings ?? null) : null;
    if (settings !== null) {
      const checked = z.strictObject({ ...anyTerms, ...settings }).safeParse(entry, { error: explain });
      for (const issue of checked.error?.issues ?? [])
        context.issues.push({ ...issue, path: [name, ...issue.path], input: undefined });
      const together = providerOf(String(provider))?.check?.(entry) ?? null;
      if (together !== null) report([name, together.key], together.message);
    } else if (typeof provider === "string") {
      const hint = didYouMean(provider, channelProviders) || ` (known: ${channelProviders.join(", ")})`;
      report([name, "provider"], `is not a provider of this version${hint}`);
    }
    if (typeof fallback === "string" && !names.includes(fallback))
      report([name, "fallback"], `is not a channel${didYouMean(fallback, names) || ` (known: ${names.join(", ")})`}`);
  }
  checkCycles(new Map(channels.map(({ name, entry }) => [name, entry.fallback])), report);
}

function checkCycles(next: ReadonlyMap<string, unknown>, report: (path: string[], message: string) => void): void {
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

/** With a provider that answers in 100 ms it is enough for 1,280 messages a second. */
const DEFAULT_CONNECTIONS = 128;

/** The channels when none is configured. */
const STANDARD: Readonly<Record<string, ChannelEntry>> = {
  sms: { provider: consoleProvider.name },
  chat: { provider: consoleProvider.name },
};

/** `entries` must have passed `channelsShape`. */
export function buildChannels(entries: Readonly<Record<string, ChannelEntry>> | undefined): readonly ChannelConfig[] {
  const given = Object.entries(entries ?? {});
  return (given.length === 0 ? Object.entries(STANDARD) : given).map(([name, entry]) => channelConfig(name, entry));
}

function channelConfig(name: string, entry: ChannelEntry): ChannelConfig {
  const { provider } = entry;
  const terms: ChannelTerms = {
    name,
    provider,
    contacts: entry.contact === undefined ? contactsOf(name, provider) : [entry.contact].flat().filter(isContact),
    ratePerSecond: entry.ratePerSecond ?? null,
    timeoutMs: entry.timeout ?? 10 * SECOND,
    connections: entry.connections ?? providerOf(provider)?.connections ?? DEFAULT_CONNECTIONS,
    cost: entry.cost ? { micros: toMicros(entry.cost.amount), currency: entry.cost.currency } : null,
    fallback: entry.fallback ?? null,
  };
  const caps = entry.caps === "off" ? undefined : (entry.caps ?? providerOf(provider)?.caps);
  const signName = "signName" in entry && typeof entry.signName === "string" ? { signName: entry.signName } : {};
  // The settings are those of this provider's schema: the pair is one of the union.
  return {
    ...terms,
    ...signName,
    ...(caps === undefined ? {} : { caps }),
    ...(entry.pauseWhen === undefined ? {} : { pauseWhen: pauseWhenOf(entry.pauseWhen) }),
    settings: z.object(providerOf(provider)?.settings ?? {}).parse(entry),
  } as ChannelConfig;
}

function isContact(text: string): text is ContactKind {
  return /^(phone|email|chat|chat\.[\w-]{1,40})$/.test(text);
}

/** `0.05` → 50,000 millionths; the schema allows six decimals. */
function toMicros(decimal: string): number {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, "0"));
}
