/** The stream of changes, for the console. */
import { z } from "zod";
import { name } from "../parts/query.ts";

/** `figures`: orders, sends or payments. `changes`: campaigns, pauses, or anything else of the audit trail. */
export const TOPICS = ["figures", "changes"] as const;
export type Topic = (typeof TOPICS)[number];

export const streamQuery = z.strictObject({
  since: name(200)
    .optional()
    .describe("A `mark` of `GET /v1/session` or an id of an event: the stream begins with what changed from there on"),
});

export const streamEvents = z
  .string()
  .describe(
    "Server-sent events named `figures` and `changes`; without `since`, both at the beginning. Their data is empty: the routes that show these are read again. Their id is a mark, for `since` or `Last-Event-ID`",
  );

export type ChangesVerbs = {
  readonly changes: {
    /** Where the state stands; null: not known just now. */
    mark(): Promise<string | null>;
    /**
     * Calls with the topics that changed since the mark, and the mark after them; null: the changes cannot be read, and nothing more comes.
     * Returns how to end it.
     */
    subscribe(listener: (topics: readonly Topic[] | null, mark: string) => void, since: string | null): () => void;
  };
};
