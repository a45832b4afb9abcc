/** Channel `console`: prints each message as one line and reports it as accepted. For a first look, never for real buyers. */
import type { Message, SendOutcome } from "../../core/seams/channel.ts";
import type { Open } from "../deps.ts";

const ACCEPTED: SendOutcome = { kind: "accepted", messageId: null, segments: null };

export const openConsole: Open<"console"> = (_config, deps) => {
  const print = deps.print ?? ((line) => void process.stdout.write(`${line}\n`));
  return {
    send: async (message) => {
      print(lineOf(message));
      return ACCEPTED;
    },
    close: async () => {},
  };
};

/** The address is masked: the terminal's scrollback is a log too. */
function lineOf(message: Message): string {
  const { channel, shop, to, campaign, step, orders, text } = message;
  const about = orders.length === 1 ? `order ${orders[0]}` : `${orders.length} orders`;
  return oneLine(`${channel} → ${mask(to)} [${shop} ${campaign}/${step}, ${about}] ${text}`);
}

/** Line ends and control characters become spaces: a buyer's name may hold terminal codes. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** Keeps at most a third of the address, enough to tell two test addresses apart: `+86138****5678`. */
function mask(address: string): string {
  const characters = Array.from(address);
  const end = Math.min(4, Math.floor(characters.length / 6));
  const start = Math.min(6, Math.floor(characters.length / 3) - end);
  return `${characters.slice(0, start).join("")}****${characters.slice(characters.length - end).join("")}`;
}
