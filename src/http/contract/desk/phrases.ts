/** Phrases for a task: what the staff copies into a chat, rendered for its case. */
import { z } from "zod";
import { name } from "../parts/query.ts";
import { type Answer, text } from "../parts/values.ts";

export const phrasesQuery = z.strictObject({ task: name(100).describe("The id of the task") });

export const phrasesAnswer = z.strictObject({
  items: z
    .array(
      z.strictObject({
        n: z.int().describe("The key that copies it, 1 to 9"),
        name: text.meta({ example: "size" }),
        locale: text.describe("The language of the text, the nearest to the buyer's").meta({ example: "zh-CN" }),
        text,
      }),
    )
    .describe("Those of the campaign of its case, by their keys"),
  failed: z
    .array(z.strictObject({ n: z.int(), name: text, message: text.describe("Which value is missing") }))
    .describe("Those that cannot be said of this case"),
});

export type PhrasesVerbs = {
  /** null: there is no such task. */
  readonly phrases: (task: string) => Promise<Answer<typeof phrasesAnswer> | null>;
};
