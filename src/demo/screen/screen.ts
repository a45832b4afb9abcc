/**
 * The output of the demo. On a terminal a panel stays below the printed lines and is redrawn in place. Each frame is one write that
 * overwrites line by line; nothing is cleared first, so nothing flickers. Elsewhere there are only lines.
 */
import { cutTo, type Style, styles, widthOf } from "./text.ts";

export type Screen = {
  /** The output is a terminal. */
  readonly terminal: boolean;
  /** The terminal can show a panel. */
  readonly live: boolean;
  readonly style: Style;
  readonly width: number;
  /** Prints lines above the panel. */
  say(...lines: readonly string[]): void;
  /** Shows or redraws the panel. No effect where there are only lines. */
  panel(lines: readonly string[]): void;
  /** Leaves the panel in place and continues below it. */
  settle(): void;
};

export type Output = Pick<NodeJS.WriteStream, "write"> &
  Partial<Pick<NodeJS.WriteStream, "isTTY" | "columns" | "rows">>;

const CURSOR_OFF = "\x1b[?25l";
const CURSOR_ON = "\x1b[?25h";
/** Synchronized output: terminals that support it show the frame at once, others ignore it. */
const FRAME_BEGIN = "\x1b[?2026h";
const FRAME_END = "\x1b[?2026l";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
/** A terminal with fewer rows gets lines only. */
const MIN_ROWS = 16;
const PLAIN_WIDTH = 100;

export function openScreen(out: Output, env: { readonly noColor: boolean; readonly term: string }): Screen {
  const terminal = out.isTTY === true;
  const live = terminal && env.term !== "dumb" && (out.rows ?? 24) >= MIN_ROWS;
  const style = styles(live && !env.noColor);
  let shown: readonly string[] = [];
  let shownAt = out.columns;
  // The last column stays empty: a character there makes some terminals wrap.
  const width = () => Math.max(20, (out.columns ?? PLAIN_WIDTH) - 1);

  /** Moves to the first line of the panel, even after a narrower window has wrapped its lines. */
  const home = (): string => {
    const columns = out.columns ?? PLAIN_WIDTH;
    const rows = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return rows === 0 ? "" : `\r\x1b[${rows}A`;
  };
  const frame = (above: readonly string[], lines: readonly string[]): void => {
    const fitted = lines.map((line) => cutTo(line, width()));
    const text = [...above, ...fitted].map((line) => `${line}${CLEAR_LINE}\n`).join("");
    // After a resize, wrapped lines would stay joined to the text written over them.
    const fresh = out.columns === shownAt ? "" : CLEAR_BELOW;
    out.write(`${FRAME_BEGIN}${CURSOR_OFF}${home()}${fresh}${text}${CLEAR_BELOW}${FRAME_END}`);
    shown = fitted;
    shownAt = out.columns;
  };

  return {
    terminal,
    live,
    style,
    get width() {
      return width();
    },
    say(...lines) {
      if (shown.length > 0) frame(lines, shown);
      else out.write(lines.map((line) => `${line}\n`).join(""));
    },
    panel(lines) {
      if (live) frame([], lines);
    },
    settle() {
      if (shown.length > 0) out.write(CURSOR_ON);
      shown = [];
    },
  };
}
