/** The page of the queues: bull-board, as far as Dunlin shows it. */
import type { QueueQuestion } from "../../../core/seams/queue-page.ts";
import type { Actor } from "../pauses.ts";

export type QueuesVerbs = {
  readonly queues: {
    /** The folder of the page's files. */
    readonly dir: string;
    /** Its document. */
    page(): Promise<string>;
    /** null: there is no such path. Rejects when the queue does not answer. */
    ask(actor: Actor, question: QueueQuestion): Promise<{ readonly status: number; readonly body: unknown } | null>;
  };
};
