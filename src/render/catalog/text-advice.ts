/**
 * Warnings about a text that renders but may be wrong, for `campaigns validate` and the preview. The text is rendered for made-up buyers,
 * one of them with long values, and the results are checked: so it does not matter how the text is written.
 */
import type { ShopPolicy } from "../../core/values/policy.ts";
import { approvedTemplates, providerOf, sendsSms } from "../../providers/all.ts";
import { nameCharacter } from "../../providers/refused/characters.ts";
import { countSms, type MessageChannel, type MessageResult, makeMessage, messageData } from "../message.ts";
import { spelled, spellings } from "../plain-characters.ts";
import { isMainland, MAX_MAINLAND, type SegmentCount } from "../segments.ts";
import type { TemplateData, TemplateFacts } from "../template/data.ts";
import { bareFacts, longFacts, sampleFacts } from "../template/sample.ts";
import type { ChannelFacts, TextAdvice } from "./advice-types.ts";
import { adviseCostlyCharacters } from "./costly-advice.ts";
import { adviseRefusedInFile } from "./refused-advice.ts";
import type { Template } from "./template-file.ts";

/** A longer text costs more and few people read it. */
const MAX_SEGMENTS = 2;
/** Ways to opt out, in the languages of reminders. Whole words only: "nonstop" does not count. */
const OPT_OUT =
  /拒收|退订|退訂|回复?\s*(?:TD|T|R|N)(?![a-z])|不再(?:提醒|接收|收到)|不想(?:再)?(?:收|被提醒)|\b(?:stop|unsubscribe|opt[ -]?out|baja|alto|arr[eê]t|abmelden|sair|parar|desuscribir\w*|no more (?:notices|reminders|messages))\b|配信停止|수신거부/iu;
const LINK = /[a-z][a-z0-9+.-]*:\/\/|www\./i;

/** `payUrl`: a link of the shop; absent: a made-up one of usual length. */
export function* adviseText(template: Template, channel: ChannelFacts, payUrl?: string): Generator<TextAdvice> {
  const line = template.linesBefore + 1;
  const to = numberFor(template.locale);
  const examples = makeExamples(template, { ...channel, cost: null }, { payUrl });
  const { shortest, usual } = examples;
  if (sendsSms(channel)) {
    yield* adviseLength(template, examples, to, line);
    yield* adviseSignature(template, line);
    yield* adviseCostlyCharacters(template, channel, to, payUrl);
  }
  yield* adviseRefusedInFile(template, channel);
  if (template.category !== "notice" && [usual, shortest].some((made) => made.ok && !OPT_OUT.test(made.text)))
    yield {
      code: "no_opt_out",
      line,
      message:
        'does not say how to opt out, which every marketing message must: add "STOP to opt out" or 拒收请回复R, or write `category: notice` in the front matter',
    };
  yield* adviseApproved(template, channel, line, messageData(sampleFacts(template.locale), channel));
}

/** The number that a text is counted for: a mainland number if its locale is mainland Chinese, else one abroad. */
export const numberFor = (locale: string): string => (/^zh(-Hans)?(-CN)?$/i.test(locale) ? "+86" : "");

export type Examples = Readonly<Record<"shortest" | "usual" | "longest", MessageResult>>;

/** The message of a buyer of whom nothing is known, of a usual one, and of one with three large orders and a long name. */
export function makeExamples(
  template: Template,
  channel: MessageChannel,
  { payUrl, shop = null }: { readonly payUrl?: string | undefined; readonly shop?: ShopPolicy | null },
): Examples {
  const { locale, campaign, step } = template;
  const to = numberFor(locale);
  const make = (facts: TemplateFacts) => {
    const own = { ...facts, campaign, step, shop: shop ?? facts.shop };
    return makeMessage(template, messageData(own, channel), channel, to);
  };
  return {
    shortest: make(bareFacts(locale)),
    usual: make(sampleFacts(locale, undefined, payUrl)),
    longest: make(longFacts(locale, payUrl)),
  };
}

function* adviseLength({ source }: Template, examples: Examples, to: string, line: number): Generator<TextAdvice> {
  const { shortest, usual, longest } = examples;
  const always = mostOf([usual], to);
  const { segments, characters } = mostOf([shortest, usual, longest], to);
  if (to !== "" && characters > MAX_MAINLAND)
    yield {
      code: "too_long",
      line,
      message: `may reach ${characters} characters with the signature: mainland carriers accept at most ${MAX_MAINLAND}, shorten it`,
    };
  else if (always.segments > MAX_SEGMENTS)
    yield {
      code: "long",
      line,
      message: `takes ${always.segments} segments (${always.characters} characters): shorten it to at most ${MAX_SEGMENTS}`,
    };
  else if (segments > MAX_SEGMENTS)
    yield {
      code: "long",
      line,
      message: `may take ${segments} segments if names and titles are long (${characters} characters): shorten it to at most ${MAX_SEGMENTS}`,
    };
  else if (longest.ok && longest.segments > MAX_SEGMENTS) {
    const letters = [...spellings(longest.text).keys()];
    // Those of the text itself have a warning of their own.
    if (letters[0] !== undefined && !letters.some((letter) => source.normalize("NFC").includes(letter)))
      yield {
        code: "long",
        line,
        message: `may take ${longest.segments} segments if a name or title has a letter like ${nameCharacter(letters[0])}, which GSM-7 lacks: leave names and titles out of the SMS, or shorten it`,
      };
  }
}

/** Counts as if the text were spelled in GSM-7 where it can be: characters that prevent it have a warning of their own. */
function mostOf(results: readonly MessageResult[], to: string): Pick<SegmentCount, "segments" | "characters"> {
  const counts = results.flatMap((made) =>
    made.ok ? [countSms({ ...made, text: isMainland(to) ? made.text : spelled(made.text) }, to)] : [],
  );
  return {
    segments: Math.max(0, ...counts.map((count) => count.segments)),
    characters: Math.max(0, ...counts.map((count) => count.characters)),
  };
}

function* adviseSignature({ source, linesBefore, front }: Template, line: number): Generator<TextAdvice> {
  const lines = source.split("\n");
  const signed = lines.findIndex((text, index) => index >= linesBefore && /[【】]/.test(text));
  if (signed >= 0 || Object.values(front).some(({ params }) => params.some(({ source: from }) => /[【】]/.test(from))))
    yield {
      code: "signature",
      line: signed >= 0 ? signed + 1 : line,
      message: "contains 【 or 】: remove them, the provider adds the signature itself and refuses a second one",
    };
}

function* adviseApproved(
  template: Template,
  { name, provider, signName }: ChannelFacts,
  line: number,
  sample: TemplateData,
): Generator<TextAdvice> {
  const approved = providerOf(provider)?.approved;
  if (approved?.required === true && template.front[approved.section] === undefined)
    yield {
      code: "no_approved_template",
      line: 1,
      message: `channel ${name} uses ${provider}, which sends approved templates only: name the template in the front matter under ${approved.section}`,
    };
  const named = approved?.signed === true ? template.front[approved.section] : undefined;
  if (named !== undefined && named.fields.signName === undefined && signName === undefined)
    yield {
      code: "no_approved_template",
      line: named.line,
      message: `neither the text nor channel ${name} has a signName: add it to ${approved?.section} in the front matter, or to the channel in dunlin.yaml`,
    };
  for (const { section, takesLinks } of approvedTemplates) {
    if (template.front[section] === undefined) continue;
    const rendered = template.render(sample, section);
    if (!rendered.ok) continue;
    for (const { name: param, line: at, source } of template.front[section]?.params ?? []) {
      const value = rendered.params[param] ?? "";
      if (!takesLinks && (LINK.test(value) || /\bpayUrl\b/.test(source)))
        yield {
          code: "link_in_param",
          line: at,
          message: `${section}.params.${param} is a link, which ${section} refuses in parameters: put a fixed link into the approved template`,
        };
      else if (!rendered.text.includes(value))
        yield {
          code: "text_beside_params",
          line: at,
          message: `${section}.params.${param} is ${JSON.stringify(value)} for the sample, and the text does not contain it: write the same in both, since the text is counted`,
        };
    }
    yield* notPassed(template, section, line);
  }
}

/** Variables that the text shows and no parameter passes: the approved template cannot show them. It may contain the shop's name itself. */
function* notPassed(template: Template, section: string, line: number): Generator<TextAdvice> {
  const given = new Set(template.front[section]?.params.flatMap(({ template: param }) => param.printed));
  const missing = template.printed.filter((name) => !given.has(name) && !["shop", "campaign", "step"].includes(name));
  if (missing.length > 0)
    yield {
      code: "text_beside_params",
      line,
      message: `the text shows ${missing.join(", ")}, and no parameter of ${section} passes it: add a parameter`,
    };
}
