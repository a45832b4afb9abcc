import type { SendOutcome } from "../../core/seams/channel.ts";

/** The notice stands in the chat. */
export const SHOWN: SendOutcome = { kind: "accepted", messageId: null, segments: null };
