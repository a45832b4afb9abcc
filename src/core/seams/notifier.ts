/** The seam to the chats of the shop's staff: a notifier posts one notice to one of them, once. It never throws for what the other side does. */
import type { SendOutcome } from "./channel.ts";

export type Notice = {
  /** The same in each attempt, so that a receiver that looks at it can drop a repetition. */
  readonly id: string;
  /** Like `channel_paused:sms`. */
  readonly matter: string;
  /** When it last happened, epoch ms. */
  readonly at: number;
  /** For people. It holds no address, no text of a message and no secret. */
  readonly text: string;
};

export type Notifier = {
  /** Its name in dunlin.yaml. */
  readonly name: string;
  readonly provider: string;
  /**
   * `failed-transient` with `retryAfterMs`: nothing of this receiver is taken before. `unknown`: staff may have seen it; it is posted once more at
   * most.
   */
  post(notice: Notice): Promise<SendOutcome>;
  close(): Promise<void>;
};
