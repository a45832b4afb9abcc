/** A progress bar, redrawn in one line of a terminal. Elsewhere (a file, a pipe, CI) nothing is written. */
export type ProgressBar = {
  /** It draws: on a terminal. */
  readonly isShown: boolean;
  /** `share`: the part of the work that is done, 0 to 1. `counts`: what stands behind it. */
  readonly tick: (share: number, counts?: string) => void;
  /** Removes the bar. */
  readonly end: () => void;
};

export type Terminal = { readonly isTTY?: boolean; write(text: string): unknown };

const WIDTH = 30;
/** Work that ends sooner needs no bar. */
const FIRST_MS = 500;
const REDRAW_MS = 100;
const CLEAR_LINE = "\r\u001b[K";

export function progressBar(terminal: Terminal, now: () => number = () => performance.now()): ProgressBar {
  if (terminal.isTTY !== true) return { isShown: false, tick: () => {}, end: () => {} };
  let next = now() + FIRST_MS;
  let shown = false;
  return {
    isShown: true,
    tick(share, counts) {
      const at = now();
      if (at < next) return;
      next = at + REDRAW_MS;
      shown = true;
      const full = Math.round(share * WIDTH);
      terminal.write(
        `${CLEAR_LINE}[${"#".repeat(full).padEnd(WIDTH, ".")}] ${Math.floor(share * 100)}%${counts === undefined ? "" : ` ${counts}`}`,
      );
    },
    end() {
      if (shown) terminal.write(CLEAR_LINE);
      shown = false;
    },
  };
}
