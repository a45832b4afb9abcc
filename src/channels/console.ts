/** Channel `console`: prints each message as one line and calls it accepted. For a first look, never for real buyers. */
import type { Channel, ChannelConfig, Message, SendOutcome } from "../core/seams/channel.ts";
import type { ChannelDeps } from "./deps.ts";

const ACCEPTED: SendOutcome = { kind: "accepted", messageId: null, segments: null };

/** The address is masked: the terminal's scrollback is a log, too. */
export function openConsole(config: ChannelConfig, deps: ChannelDeps): Channel {
  const print = deps.print ?? ((line) => void process.stdout.write(`${line}\n`));
  return {
    name: config.name,
    provider: "console",
    contact: config.contact,
    ratePerSecond: config.ratePerSecond,
    timeoutMs: config.timeoutMs,
    cost: config.cost,
    fallback: config.fallback,
    send: async (message) => {
      print(lineOf(message));
      return ACCEPTED;
    },
    close: async () => {},
  };
}

function lineOf(message: Message): string {
  const { channel, shop, to, campaign, step, orders, text } = message;
  const what = orders.length === 1 ? `order ${orders[0]}` : `${orders.length} orders`;
  return oneLine(`${channel} → ${mask(to)} [${shop} ${campaign}/${step}, ${what}] ${text}`);
}

/** Line ends and control characters (a buyer's name may hold terminal codes) become spaces. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** Keeps what tells two test addresses apart, at most a third of it: `+86138****5678`. */
function mask(address: string): string {
  const characters = Array.from(address);
  const end = Math.min(4, Math.floor(characters.length / 6));
  const start = Math.min(6, Math.floor(characters.length / 3) - end);
  return `${characters.slice(0, start).join("")}****${characters.slice(characters.length - end).join("")}`;
}
