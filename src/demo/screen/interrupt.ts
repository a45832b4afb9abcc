/** Ctrl-C and its like: the first asks for an orderly end, the second ends the process at once. */

export type Interrupt = {
  readonly happened: boolean;
  /** Resolves when it happens. */
  readonly promise: Promise<void>;
  /** Also by hand: nobody reads any more. */
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
