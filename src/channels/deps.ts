/** What every channel is opened with. */
export type ChannelDeps = {
  readonly log: { warn(fields: object, message: string): void };
  /** Takes one line of the `console` channel, without its end; default: standard output. */
  readonly print?: (line: string) => void;
};
