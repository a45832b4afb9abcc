/** Warnings about typographic characters of a text that alone keep its SMS from GSM-7. Those of the data are replaced when it is made. */
import { nameCharacter } from "../../providers/refused/characters.ts";
import { makeMessage, messageData } from "../message.ts";
import { costlyCharacters, plainText } from "../plain-characters.ts";
import { isGsm7, isMainland } from "../segments.ts";
import { asciiFacts, bareFacts } from "../template/sample.ts";
import type { ChannelFacts, TextAdvice } from "./advice-types.ts";
import type { Template } from "./template-file.ts";

/** `to`: a number like those that the text is for. */
export function* adviseCostlyCharacters(template: Template, channel: ChannelFacts, to: string): Generator<TextAdvice> {
  if (isMainland(to)) return;
  const found = new Map<string, string>();
  for (const facts of [asciiFacts, bareFacts]) {
    const made = makeMessage(template, messageData(facts(template.locale), channel), { ...channel, cost: null }, to);
    if (made.ok && made.encoding === "UCS-2" && isGsm7(plainText(made.text)))
      for (const [character, twin] of costlyCharacters(made.text)) found.set(character, twin);
  }
  const lines = template.source.normalize("NFC").split("\n");
  for (const [character, twin] of found) {
    const at = lines.findIndex((text, index) => index >= template.linesBefore && text.includes(character));
    yield {
      code: "costly_character",
      line: Math.max(at, template.linesBefore) + 1,
      message: `${named(character)} makes this SMS UCS-2, 70 characters a segment instead of 160: ${remedy(twin)}`,
    };
  }
}

/** One that cannot be seen is named by its number alone. */
const named = (character: string): string => {
  const shown = nameCharacter(character);
  return /[\s\p{Z}\p{C}\p{DI}]/u.test(character) ? shown.replace(/^.*\((.*)\)$/s, "the unseen character $1") : shown;
};

const remedy = (twin: string): string =>
  twin === "" ? "remove it" : twin === " " ? "write a plain space" : `write ${twin}`;
