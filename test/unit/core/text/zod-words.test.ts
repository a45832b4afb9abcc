import { describe, expect, it } from "vitest";
import { z } from "zod";
import { wordsFor } from "../../../../src/core/text/zod-words.ts";

const said = (schema: z.ZodType, value: unknown): string[] =>
  (schema.safeParse(value, { error: wordsFor }).error?.issues ?? []).map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );

describe("a fault of a body", () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, "is required"],
    [z.string(), null, "is required"],
    [z.string(), 7, "must be text: put it in quotes"],
    [z.string(), {}, "must be text"],
    [z.string().min(1), "", "must not be empty"],
    [z.string().min(3), "a", "must have at least 3 characters"],
    [z.string().max(1), "secret", "must have at most 1 character"],
    [z.int(), "5", "must be a number"],
    [z.int(), 1.5, "must be a whole number"],
    [z.int().max(5), 9, "must be at most 5"],
    [z.number().gt(3), 3, "must be more than 3"],
    [z.array(z.string()).max(2), ["a", "b", "c"], "must have at most 2 entries"],
    [z.array(z.string()), "a", "must be an array"],
    [z.boolean(), "yes", "must be true or false"],
    [z.enum(["x", "y"]), "z", "must be one of x, y"],
    [z.literal("q"), "w", "must be q"],
    [z.union([z.string(), z.number()]), true, "has none of the forms that are accepted here"],
    [z.iso.datetime(), "today", "must be an instant like 2026-11-10T20:00:00+08:00"],
    [z.string().regex(/^a/), "b", "must match /^a/"],
    [z.number().multipleOf(5), 3, "must be a multiple of 5"],
    [z.record(z.string().regex(/^a/), z.string()), { b: "" }, "b: has a field with a name that is not allowed"],
    [
      z.strictObject({ template: z.string().optional() }),
      { tempalte: "x" },
      'has the unknown field "tempalte" (did you mean "template"?)',
    ],
    [
      z.strictObject({ a: z.string().optional() }),
      { xyz: 1, zyx: 2 },
      'has the unknown fields "xyz", "zyx": there are a',
    ],
    [z.string().refine(() => false), "x", "is not valid"],
  ])("is worded without zod's jargon and without the value (%#)", (schema, value, message) => {
    expect(said(schema, value)).toEqual([message]);
    expect(said(schema, value).join()).not.toMatch(/invalid|received|expected|unrecognized|too (?:big|small)|secret/i);
  });
});
