/** A problem by RFC 9457. Its `code` is one of kit/errors.ts. */
import { z } from "zod";
import { type Answer, maybeText, text } from "./values.ts";

export const rejected = z.strictObject({
  index: z.int().describe("Position in the request, from 0; blank lines of NDJSON do not count"),
  line: z.int().optional().describe("NDJSON: the line, from 1"),
  id: maybeText.describe("The id of the event; null: it has none that can be read"),
  code: text,
  message: text.describe("Names the field and the remedy"),
});

/** About an event that was accepted. */
export const eventWarning = z.strictObject({
  index: z.int().describe("Position in the request, from 0; blank lines of NDJSON do not count"),
  line: z.int().optional().describe("NDJSON: the line, from 1"),
  id: text.describe("The id of the event"),
  code: text.describe("Stable; docs/errors.md lists them"),
  message: text.describe("Names the field and the remedy"),
});

const fault = z.strictObject({
  message: text,
  field: text.optional().describe("The field of the body"),
  parameter: text.optional().describe("The parameter of the query or the path"),
  file: text.optional().describe("The file of the campaign"),
  line: z.int().nullable().optional().describe("The line, from 1; null: the whole file"),
  id: maybeText.optional().describe("The id of the event"),
  code: text.optional().describe("The code of the event's fault"),
});

export const problem = z.strictObject({
  type: text,
  title: text,
  status: z.int(),
  code: text.describe("Stable; docs/errors.md lists them"),
  detail: text,
  requestId: text.describe("Also in the log"),
  errors: z.array(fault).optional(),
  current: z.int().nullable().optional().describe("412: the current version; null: there is no such campaign"),
  accepted: z
    .int()
    .optional()
    .describe("An NDJSON stream that failed: as in its 202, for the lines before `resumeFrom`"),
  duplicates: z.int().optional(),
  rejected: z.array(rejected).optional(),
  rejectedNotListed: z.int().optional(),
  warnings: z.array(eventWarning).optional(),
  warningsNotListed: z.int().optional(),
  resumeFrom: z
    .strictObject({ index: z.int(), line: z.int() })
    .optional()
    .describe("An NDJSON stream that failed: the first line to send again"),
});

export type Rejected = Answer<typeof rejected>;
export type EventWarning = Answer<typeof eventWarning>;
export type Fault = Answer<typeof fault>;
/** The members of a problem that only some codes have. */
export type ProblemMembers = Partial<
  Omit<Answer<typeof problem>, "type" | "title" | "status" | "code" | "detail" | "requestId" | "errors">
>;
