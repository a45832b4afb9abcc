/** The preview of a phrase of the staff before it is saved. */
import { z } from "zod";
import { maybe, name, storedId } from "../parts/query.ts";
import { type Answer, text } from "../parts/values.ts";
import type { PreviewResult } from "../templates.ts";

export const phraseBody = z
  .strictObject({
    template: name(65_536).describe("The whole file"),
    campaign: name(100).min(1).default("preview"),
    n: z.int().min(1).max(9).default(1).describe("The key that copies it"),
    name: name(40).min(1).default("preview"),
    locale: maybe(name(40)).describe("Of the text; absent: the shop's"),
    shop: maybe(name(100).min(1)),
    order: maybe(storedId(200)).describe("A stored order instead of a sample, with the other orders of its case"),
  })
  .refine(({ shop, order }) => order === null || shop !== null, {
    error: "name the shop of the order",
    path: ["shop"],
  });

export const phrasePreview = z.strictObject({ text, locale: text, warnings: z.array(text) });

export type PhraseResult =
  | { readonly kind: "preview"; readonly preview: Answer<typeof phrasePreview> }
  | Exclude<PreviewResult, { readonly kind: "preview" }>;

export type PhrasePreviewVerbs = {
  readonly previewPhrase: (query: z.output<typeof phraseBody>) => Promise<PhraseResult>;
};
