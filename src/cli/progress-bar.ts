/** A progress bar, redrawn in one line of a terminal. Elsewhere (a file, a pipe, CI) nothing is written. */
export type ProgressBar = {
  /** It draws: on a terminal. */
  readonly isShown: boolean;
  /** `share`: the part of the work that is done, 0 to 1; null: nobody knows, and no bar is drawn. `counts`: what stands behind it. */
  readonly tick: (share: number | null, counts?: string) => void;
  /** Removes the bar. A later tick draws it again. */
  readonly end: () => void;
};

export type Terminal = { readonly isTTY?: boolean; write(text: string): unknown };

export type BarClock = {
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Calls `run` every `ms` until the returned function is called. */
  readonly every: (run: () => void, ms: number) => () => void;
};

const SYSTEM: BarClock = {
  now: () => performance.now(),
  every(run, ms) {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
};

const WIDTH = 30;
/** Work that ends sooner needs no bar. */
const FIRST_MS = 500;
const REDRAW_MS = 100;
/** The seconds move where a single step of the work takes long. */
const MOVE_MS = 1_000;
const CLEAR_LINE = "\r\u001b[K";

const barOf = (share: number): string[] => [
  `[${"#".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, ".")}]`,
  `${Math.floor(share * 100)}%`,
];

export function progressBar(terminal: Terminal, { now, every }: BarClock = SYSTEM): ProgressBar {
  if (terminal.isTTY !== true) return { isShown: false, tick: () => {}, end: () => {} };
  const began = now();
  let next = began + FIRST_MS;
  let last: { share: number | null; counts: string | undefined } | null = null;
  let shown = false;
  let stopMoving: (() => void) | null = null;

  const draw = (): void => {
    const at = now();
    if (last === null || at < next) return;
    next = at + REDRAW_MS;
    shown = true;
    const { share, counts } = last;
    const parts = [
      ...(share === null ? [] : barOf(share)),
      ...(counts === undefined ? [] : [counts]),
      `${Math.floor((at - began) / 1_000)} s`,
    ];
    terminal.write(`${CLEAR_LINE}${parts.join(" ")}`);
  };

  return {
    isShown: true,
    tick(share, counts) {
      last = { share, counts };
      stopMoving ??= every(draw, MOVE_MS);
      draw();
    },
    end() {
      stopMoving?.();
      stopMoving = null;
      if (shown) terminal.write(CLEAR_LINE);
      shown = false;
    },
  };
}
