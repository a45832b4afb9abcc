/** Channel `desk`: a person calls the buyer. The claim of a send makes the task (dispatch/calls.ts), so nothing is ever sent here. */
import type { SendOutcome } from "../../core/seams/channel.ts";
import type { Open } from "../deps.ts";

const NOTHING_SENT: SendOutcome = {
  ...{ kind: "failed-permanent", code: "no_message" },
  message: "the channel makes tasks for people, and sends no message",
};

export const openDesk: Open<"desk"> = () => ({
  asTask: true,
  send: async () => NOTHING_SENT,
  close: async () => {},
});
