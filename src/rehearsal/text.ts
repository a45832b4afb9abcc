/** The message that a decided send would carry. It is made by the function that dispatch uses, and falls back as dispatch does. */
import type { Decision } from "../core/rules/buyer-state.ts";
import { usableChannel } from "../core/rules/buyer-state.ts";
import { channelsFrom } from "../core/seams/channel-order.ts";
import { addressOf, type Person } from "../core/simulation/person.ts";
import { canonicalLocale } from "../core/values/locale.ts";
import { memo } from "../core/values/memo.ts";
import type { Campaign, ChannelContacts } from "../core/values/policy.ts";
import { needsText } from "../providers/all.ts";
import type { FindTemplate } from "../render/catalog/find-template.ts";
import { adviseRefusedInMessage } from "../render/catalog/refused-advice.ts";
import { callWithoutScript, composeMessage, type MadeMessage, type MessageResult } from "../render/message.ts";
import { orderFacts } from "../render/order-facts.ts";
import type { RehearsalChannel } from "./types.ts";

export type TextEnv = {
  readonly channels: ReadonlyMap<string, RehearsalChannel>;
  readonly contacts: ChannelContacts;
  readonly findTemplate: FindTemplate;
};

export type ComposedText = {
  /** The channel that the message goes over: the first on which it can be made, else the first of all. */
  readonly channel: RehearsalChannel;
  /** null: it can be made on no channel. */
  readonly made: MadeMessage | null;
  /** Why it could not be made on the channels before, and what happens instead. */
  readonly failures: readonly string[];
  /** A warning: the text is in another language than the buyer's, or than the shop's if the buyer's is not known. */
  readonly missing: string | null;
  /** Warnings about what the values of this buyer brought into the text. */
  readonly refused: readonly string[];
};

export function composeText(env: TextEnv, decision: Decision, person: Person): ComposedText {
  const { campaign, step, channel: name } = decision;
  const first = name === null ? undefined : env.channels.get(name);
  if (campaign === null || step === null || first === undefined)
    throw new Error("a send has a campaign, a step and a configured channel");
  const failures: string[] = [];
  const refused: string[] = [];
  for (let channel: RehearsalChannel | undefined = first; channel !== undefined; ) {
    const result = compose(env, decision, { campaign, step, channel }, person, refused);
    if (result.ok) {
      const missing = missingLanguage(result, `${campaign.key}/${step} on ${channel.name}`, person);
      return { channel, made: result, failures: insteadBy(channel, failures), missing, refused };
    }
    const failure = result.template === null ? result.message : `${result.template}: ${result.message}`;
    if (!needsText(channel)) {
      const { shop, profile } = person;
      const made = callWithoutScript({ channel, shop, locale: profile.get("locale")?.value ?? null });
      const all = [...insteadBy(channel, failures), `${failure}; ${channel.name} goes on without a script`];
      return { channel, made, failures: all, missing: null, refused };
    }
    failures.push(failure);
    channel = nextChannel(env, campaign, step, channel, person);
  }
  return { channel: first, made: null, failures, missing: null, refused };
}

const insteadBy = ({ name }: RehearsalChannel, failures: readonly string[]): readonly string[] =>
  failures.map((failure) => `${failure}; ${name} takes over`);

type Place = { readonly campaign: Campaign; readonly step: string; readonly channel: RehearsalChannel };

function compose(
  env: TextEnv,
  decision: Decision,
  { campaign, step, channel }: Place,
  person: Person,
  refused: string[],
): MessageResult {
  const { variant, orders, at } = decision;
  const { shop, profile, state } = person;
  const locale = profile.get("locale")?.value ?? null;
  return composeMessage({
    findTemplate: env.findTemplate,
    campaign: campaign.key,
    step,
    variant,
    channel,
    shop,
    locale,
    facts: () => ({
      now: at,
      buyer: {
        name: profile.get("name")?.value ?? null,
        tier: profile.get("tier")?.value ?? null,
        locale,
        timeZone: state.zone,
      },
      orders: orders.flatMap((id) => orderFacts(state.orders.get(id)?.order, at) ?? []),
    }),
    to: addressOf(person, channel.contacts) ?? "",
    made: (template, made, data) => {
      for (const { message } of adviseRefusedInMessage(template, channel, made, data))
        refused.push(`${template.id}: ${message}`);
    },
  });
}

/** Live, a message that cannot be made is a failure for good: the next usable channel takes over at once. */
function nextChannel(
  env: TextEnv,
  campaign: Campaign,
  step: string,
  { name }: RehearsalChannel,
  person: Person,
): RehearsalChannel | undefined {
  const planned = campaign.steps.find(({ id }) => id === step);
  if (planned === undefined) return undefined;
  const channels = channelsFrom(env.channels, planned, name).slice(1);
  const usable = usableChannel({ ...planned, channels }, person.state, { channels: env.contacts });
  return usable.channel === null ? undefined : env.channels.get(usable.channel);
}

function missingLanguage({ locale }: MadeMessage, place: string, { profile, shop }: Person): string | null {
  const wanted = languageOf(profile.get("locale")?.value ?? shop.locale);
  return wanted === null || wanted === languageOf(locale)
    ? null
    : `${place} has no text in ${wanted}, which occurs: such buyers get ${locale}`;
}

/** `zh-Hant-TW` → `zh`; null: not a locale. */
const languageOf = memo(
  1_000,
  (locale: string): string | null => canonicalLocale(locale.replaceAll("_", "-"))?.split("-")[0] ?? null,
);
