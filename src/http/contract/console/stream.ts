/** The stream of changes, for the console. */
import { z } from "zod";

/** `figures`: orders, sends or payments. `changes`: campaigns, pauses, or anything else of the audit trail. */
export const TOPICS = ["figures", "changes"] as const;
export type Topic = (typeof TOPICS)[number];

export const streamEvents = z
  .string()
  .describe(
    "Server-sent events named `figures` and `changes`, both at the beginning. Their data is empty: the routes that show these are read again",
  );

export type ChangesVerbs = {
  readonly changes: {
    /** Calls with the topics that changed; null: the changes cannot be read, and nothing more comes. Returns how to end it. */
    subscribe(listener: (topics: readonly Topic[] | null) => void): () => void;
  };
};
