/** Intervals as bars of text, below one scale: `├──●──┤`, with the zero in the middle. */

type Bounds = { readonly lift: number | null; readonly liftLow: number | null; readonly liftHigh: number | null };

/** Cells on each side of the zero. */
const SIDE = 20;
const STEP = 0.05;

/** The end of the scale: the farthest bound, on whole steps. */
export function reachOf(rows: readonly Bounds[]): number {
  const far = rows.flatMap(({ liftLow, liftHigh }) => [Math.abs(liftLow ?? 0), Math.abs(liftHigh ?? 0)]);
  return Math.max(STEP, Math.ceil(Math.max(0, ...far) / STEP - 1e-9) * STEP);
}

/** `−20 … 0 … +20`, in points. */
export function scale(reach: number): string {
  const end = String(Math.round(reach * 100));
  const left = `−${end}`;
  return `${left}${"0".padStart(SIDE + 1 - left.length)}${`+${end}`.padStart(SIDE)}`;
}

/** Empty without an interval. */
export function bar({ lift, liftLow, liftHigh }: Bounds, reach: number): string {
  if (lift === null || liftLow === null || liftHigh === null) return "";
  const cell = (value: number) => SIDE + Math.max(-SIDE, Math.min(SIDE, Math.round((value / reach) * SIDE)));
  const [low, middle, high] = [cell(liftLow), cell(lift), cell(liftHigh)];
  return Array.from({ length: 2 * SIDE + 1 }, (_, at) => {
    if (at === middle) return "●";
    if (at === low) return "├";
    if (at === high) return "┤";
    if (at > low && at < high) return at === SIDE ? "┼" : "─";
    return at === SIDE ? "│" : " ";
  })
    .join("")
    .trimEnd();
}
