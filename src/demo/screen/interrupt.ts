/**
 * Ctrl-C and similar signals. The first asks for an orderly end; a second Ctrl-C ends the process at once. A closed terminal sends SIGHUP twice,
 * itself and through npm, and nobody is in a hurry then: the demo always removes its directory.
 */

export type Interrupt = {
  readonly happened: boolean;
  /** Resolves with the first signal. */
  readonly promise: Promise<void>;
  /** The same without a signal: the reader of the output is gone. */
  trigger(): void;
};

type Signals = {
  readonly on: (signal: "SIGINT" | "SIGTERM" | "SIGHUP", run: () => void) => void;
  readonly exit: (code: number) => void;
  /** Monotonic, ms. */
  readonly now: () => number;
};

const OF_PROCESS: Signals = {
  on: (signal, run) => void process.on(signal, run),
  exit: (code) => process.exit(code),
  now: () => performance.now(),
};

/** One Ctrl-C often arrives twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 1_000;

export function listenForInterrupt({ on, exit, now }: Signals = OF_PROCESS): Interrupt {
  let happened = false;
  let firstAt: number | null = null;
  let settle = (): void => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const trigger = (): void => {
    happened = true;
    settle();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    on(signal, () => {
      if (firstAt !== null && signal !== "SIGHUP" && now() - firstAt > ECHO_MS) exit(130);
      firstAt ??= now();
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
