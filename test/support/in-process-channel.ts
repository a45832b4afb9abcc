/** A channel without a network: each message goes to a function of the test. */
import type { Channel, Message, SendOutcome } from "../../src/core/seams/channel.ts";

export const ACCEPTED: SendOutcome = { kind: "accepted", messageId: null, segments: null };

/** `take` says what becomes of a message; where it says nothing, the message is accepted. */
export function inProcessChannel(
  facts: Pick<Channel, "name" | "contacts"> & Partial<Omit<Channel, "send" | "close">>,
  take: (message: Message) => SendOutcome | Promise<SendOutcome> | undefined,
): Channel {
  return {
    provider: "test",
    ratePerSecond: null,
    timeoutMs: 5_000,
    connections: 128,
    cost: null,
    fallback: null,
    ...facts,
    send: async (message) => (await take(message)) ?? ACCEPTED,
    close: async () => {},
  };
}
