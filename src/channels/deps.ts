/** The parts that every channel is opened with. */
import type { Sender } from "../core/seams/channel.ts";
import type { ChannelConfigOf, ChannelProvider } from "../providers/all.ts";

export type ChannelDeps = {
  readonly log: { warn(fields: object, message: string): void };
  /** The present time, epoch ms, for signatures: this machine's own clock may be wrong. Default: that clock. */
  readonly now?: () => number;
  /** Where providers reach this service; null: not known. */
  readonly publicUrl?: string | null;
  /** The address at which the owner of an e-mail address opts out of a shop. Absent: this service has no public address. */
  readonly unsubscribeUrl?: (shop: string, address: string) => string;
  /** Prints one line of channel `console`, given without its end. Default: standard output. */
  readonly print?: (line: string) => void;
};

/** Opens a channel of one provider. Nothing is connected yet. */
export type Open<Name extends ChannelProvider> = (config: ChannelConfigOf<Name>, deps: ChannelDeps) => Sender;
