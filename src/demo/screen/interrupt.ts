/** Ctrl-C and similar signals: the first asks for an orderly end, the second ends the process at once. */

export type Interrupt = {
  readonly happened: boolean;
  /** Resolves with the first signal. */
  readonly promise: Promise<void>;
  /** The same without a signal: the reader of the output is gone. */
  trigger(): void;
};

export function listenForInterrupt(): Interrupt {
  let happened = false;
  let settle = (): void => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const trigger = (): void => {
    happened = true;
    settle();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (happened) process.exit(130);
      trigger();
    });
  return {
    get happened() {
      return happened;
    },
    promise,
    trigger,
  };
}
