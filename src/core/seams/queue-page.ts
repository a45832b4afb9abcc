/** The page of the queues, between the API and the queue. */

export type QueueQuestion = {
  readonly method: string;
  /** Below /queues, for example `/api/queues`. */
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** Whether the caller may run jobs again and pause queues; else everything is read-only. */
  readonly mayAct: boolean;
};

/** The store of the queue does not answer: the same may succeed later. */
export class QueueAwayError extends Error {
  override readonly name = "QueueAwayError";
}
