/** The results as a table for people. */

/** A line of the table. The lines below the first of a part are indented. */
export type Line = {
  readonly what: string;
  readonly measured?: string;
  readonly ratio?: string;
  readonly target?: string;
  readonly against?: string;
};

export const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

export const number = (value: number): string => round(value).toLocaleString("en-US");

export const compare = (what: string, value: number, target: string, against: string): Line => ({
  what,
  ratio: `${value.toFixed(2)} ×`,
  target,
  against,
});

const HEAD: Line = { what: "", measured: "measured", ratio: "ratio", target: "target", against: "against" };
const COLUMNS = [
  { name: "what", pad: "padEnd" },
  { name: "measured", pad: "padStart" },
  { name: "ratio", pad: "padStart" },
  { name: "target", pad: "padEnd" },
  { name: "against", pad: "padEnd" },
] as const;

export function asTable(lines: readonly Line[]): string {
  const all = [HEAD, ...lines];
  const columns = COLUMNS.map(({ name, pad }) => {
    const cells = all.map((line) => line[name] ?? "");
    const width = Math.max(...cells.map((cell) => cell.length));
    return cells.map((cell) => cell[pad](width));
  });
  return all
    .map(
      (_, n) =>
        `${columns
          .map((cells) => cells[n])
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
