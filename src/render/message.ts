/**
 * The one way to make and count a message. Dispatch, the rehearsal, the preview, `send-test` and the warnings about texts all call it, so
 * that they agree on text, parameters, segments and cost to the byte. Pure; a message that cannot be made is a value that says why.
 */
import type { ApprovedTemplate, Mail } from "../core/seams/channel.ts";
import type { ContactKind, ShopPolicy } from "../core/values/policy.ts";
import { needsText, reviewedInMainland, sendsSms } from "../providers/all.ts";
import type { FindTemplate } from "./catalog/find-template.ts";
import type { Rendered, Template } from "./catalog/template-file.ts";
import { plainData, plainText } from "./plain-characters.ts";
import { countSegments, isGsm7, isMainland, type SegmentCount } from "./segments.ts";
import { buildTemplateData, type TemplateData, type TemplateFacts } from "./template/data.ts";

/** Price of one segment in millionths of the currency's unit. */
export type Cost = { readonly micros: number; readonly currency: string };

/** The facts of a channel that a message depends on: configured and opened channels have them. */
export type MessageChannel = {
  readonly name: string;
  readonly provider: string;
  readonly contacts: readonly ContactKind[];
  readonly cost: Cost | null;
  /** See ChannelTerms. */
  readonly signName?: string;
};

export type MadeMessage = {
  /** Without the signature, which the provider adds. */
  readonly text: string;
  readonly params: Readonly<Record<string, string>>;
  readonly approved: ApprovedTemplate | null;
  /** null: the text has no subject. */
  readonly mail: Mail | null;
  /** `default/nudge.sms.en` */
  readonly template: string;
  readonly templateVersion: string;
  /** The template's. */
  readonly locale: string;
  /** 1 where the channel sends no SMS. */
  readonly segments: number;
  /** `UTF-8`: no SMS. */
  readonly encoding: "GSM-7" | "UCS-2" | "UTF-8";
  /** Units that count against a segment, the signature included: septets or UTF-16 units. Without an SMS: characters of the text. */
  readonly units: number;
  /** The price of all segments; null: the channel has no price. */
  readonly cost: Cost | null;
};

export type MessageResult =
  | ({ readonly ok: true } & MadeMessage)
  | {
      readonly ok: false;
      readonly code: "no_template" | "template_failed";
      /** `default/nudge.sms.en`; null: none was found. */
      readonly template: string | null;
      readonly message: string;
    };

export type MessageRequest = {
  readonly findTemplate: FindTemplate;
  /** Campaign key. */
  readonly campaign: string;
  readonly step: string;
  readonly variant: string | null;
  readonly channel: MessageChannel;
  readonly shop: ShopPolicy;
  /** The buyer's locale; null: not known. */
  readonly locale: string | null;
  /** Called once the template is found: facts that it does not show need not be looked up. */
  readonly facts: (template: Template) => Pick<TemplateFacts, "buyer" | "orders" | "now">;
  /** E.164 number or chat handle; "" where it is not known. */
  readonly to: string;
  /** Called with a message that was made and the values that it was made from, for warnings about these. */
  readonly made?: (template: Template, made: MadeMessage, data: TemplateData) => void;
};

/** The message of a call without a script. */
const NO_TEXT: Omit<MadeMessage, "locale" | "cost"> = {
  ...{ text: "", params: {}, approved: null, mail: null, template: "", templateVersion: "" },
  ...{ segments: 1, encoding: "UTF-8", units: 0 },
};

/** A person who calls needs no script. */
export const callWithoutScript = ({
  channel,
  locale,
  shop,
}: Pick<MessageRequest, "channel" | "locale" | "shop">): MadeMessage => ({
  ...NO_TEXT,
  locale: locale ?? shop.locale,
  cost: channel.cost,
});

/** Finds the template, renders it and counts the result. */
export function composeMessage(request: MessageRequest): MessageResult {
  const { findTemplate, campaign, step, variant, channel, shop, locale, to } = request;
  const template = findTemplate({ campaign, step, variant, channel: channel.name, locale, shopLocale: shop.locale });
  if (template === null && !needsText(channel)) return { ok: true, ...callWithoutScript(request) };
  if (template === null)
    return {
      ok: false,
      code: "no_template",
      template: null,
      message: `${campaign}/${step} has no template for ${channel.name} in ${locale ?? shop.locale} or a fallback locale: add ${step}.${channel.name}.en.hbs`,
    };
  const { buyer, orders, now } = request.facts(template);
  const data = messageData({ shop, buyer, orders, campaign, step, now, locale: template.locale }, channel);
  const result = makeMessage(template, data, channel, to);
  if (result.ok) request.made?.(template, result, data);
  return result;
}

/** The variables of a text as its channel wants them written. */
export function messageData(facts: TemplateFacts, channel: Omit<MessageChannel, "cost">): TemplateData {
  return buildTemplateData({ ...facts, plainMoney: reviewedInMainland(channel, facts.locale) });
}

/** Renders a template that is at hand and counts the result. */
export function makeMessage(
  template: Template,
  data: TemplateData,
  channel: MessageChannel,
  to: string,
): MessageResult {
  const isSms = sendsSms(channel);
  const rendered = isSms ? renderSms(template, data, channel.provider, to) : template.render(data, channel.provider);
  if (!rendered.ok) return { ok: false, code: "template_failed", template: template.id, message: rendered.message };
  const { text, params, mail } = rendered;
  const approved = signedBy(rendered.approved, channel.signName);
  const sms = isSms ? countSms({ text, approved }, to) : null;
  const segments = sms?.segments ?? 1;
  return {
    ok: true,
    text,
    params,
    approved,
    mail,
    template: template.id,
    templateVersion: template.version,
    locale: template.locale,
    segments,
    encoding: sms?.encoding ?? "UTF-8",
    units: sms?.characters ?? charactersOf(text),
    cost: costOf(channel.cost, segments),
  };
}

/**
 * If nothing but typographic characters of the data, like the apostrophe of O’Brien, keeps an SMS from GSM-7, they are replaced. If the
 * template itself has such a character, the SMS is UCS-2 anyway and the data stays as it is: catalog/costly-advice.ts warns of the template.
 */
function renderSms(template: Template, data: TemplateData, provider: string, to: string): Rendered {
  const rendered = template.render(data, provider);
  if (!rendered.ok || isMainland(to) || isGsm7(rendered.text) || !isGsm7(plainText(rendered.text))) return rendered;
  const plain = template.render(plainData(data), provider);
  return plain.ok && isGsm7(plain.text) ? plain : rendered;
}

/** The price of so many segments. */
export function costOf(cost: Cost | null, segments: number): Cost | null {
  return cost === null ? null : { micros: cost.micros * segments, currency: cost.currency };
}

/** Segments of an SMS with its signature. */
export function countSms({ text, approved }: Pick<MadeMessage, "text" | "approved">, to: string): SegmentCount {
  return countSegments(signatureOf(approved) + text, to);
}

/** The channel signs a text that names no signature. */
const signedBy = (approved: ApprovedTemplate | null, signName: string | undefined): ApprovedTemplate | null =>
  approved === null || signName === undefined ? approved : { ...approved, fields: { signName, ...approved.fields } };

/** The provider puts the approved signature before the text, in brackets. It is billed with the text. */
const signatureOf = (approved: ApprovedTemplate | null): string => {
  const name = approved?.fields.signName;
  return name === undefined ? "" : `【${name}】`;
};

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
