/** The page of the queues: bull-board, as far as Dunlin shows it. */
import type { QueueQuestion } from "../../../core/seams/queue-page.ts";
import type { Actor } from "../pauses.ts";

export type QueuesVerbs = {
  readonly queues: {
    /** The folder of the page's files. */
    readonly dir: string;
    /** Its document. Rejects with QueueAwayError, as `ask` does, when the queue does not answer. */
    page(): Promise<string>;
    /** null: there is no such path. */
    ask(actor: Actor, question: QueueQuestion): Promise<{ readonly status: number; readonly body: unknown } | null>;
  };
};
