/** Warnings about characters of a text that alone keep its SMS from GSM-7. Typographic ones of the data are replaced when it is made. */
import { nameCharacter } from "../../providers/refused/characters.ts";
import { countSms, makeMessage, messageData } from "../message.ts";
import { spelled, spellings } from "../plain-characters.ts";
import { isGsm7, isMainland } from "../segments.ts";
import { asciiFacts, bareFacts } from "../template/sample.ts";
import type { ChannelFacts, TextAdvice } from "./advice-types.ts";
import type { Template } from "./template-file.ts";

/** `to`: a number like those that the text is for. */
export function* adviseCostlyCharacters(
  template: Template,
  channel: ChannelFacts,
  to: string,
  payUrl?: string,
): Generator<TextAdvice> {
  if (isMainland(to)) return;
  const found = new Map<string, string>();
  let [now, then] = [0, 0];
  for (const facts of [asciiFacts(template.locale, payUrl), bareFacts(template.locale)]) {
    const made = makeMessage(template, messageData(facts, channel), { ...channel, cost: null }, to);
    if (!made.ok || made.encoding !== "UCS-2" || !isGsm7(spelled(made.text))) continue;
    for (const [character, spelling] of spellings(made.text)) found.set(character, spelling);
    now = Math.max(now, made.segments);
    then = Math.max(then, countSms({ ...made, text: spelled(made.text) }, to).segments);
  }
  const cost = now > then ? `, ${now} segments instead of ${then}` : "";
  const lines = template.source.normalize("NFC").split("\n");
  for (const [character, spelling] of found) {
    const at = lines.findIndex((text, index) => index >= template.linesBefore && text.includes(character));
    yield {
      code: "costly_character",
      line: Math.max(at, template.linesBefore) + 1,
      message: `${named(character)} makes this SMS UCS-2, 70 characters a segment instead of 160${cost}: ${remedy(spelling)}`,
    };
  }
}

/** One that cannot be seen is named by its number alone. */
const named = (character: string): string => {
  const shown = nameCharacter(character);
  return /[\s\p{Z}\p{C}\p{DI}]/u.test(character) ? shown.replace(/^.*\((.*)\)$/s, "the unseen character $1") : shown;
};

const remedy = (spelling: string): string =>
  spelling === "" ? "remove it" : spelling === " " ? "write a plain space" : `write ${spelling}`;
