/** The difference between two campaign directories over the same orders. `before`: the one to compare with. */
import type { RowJson } from "../types.ts";
import { type Alignment, alignRows } from "./align-rows.ts";
import type { Outcome, RowOutcome, TextOutcome } from "./outcome.ts";

type Pair<T> = { readonly before: T; readonly after: T };
type Named<T> = Readonly<Record<string, Pair<T>>>;
type Cell = Pick<RowOutcome, "sends" | "segments" | "cost" | "settled" | "skips">;

export type Difference = {
  /** The directory to compare with. */
  readonly against: string;
  /** Single sends: alike, with another text, channel, variant or campaign, only before, only after. */
  readonly sends: Alignment;
  readonly skips: Named<number>;
  readonly segments: Named<number>;
  readonly cost: Named<string>;
  readonly peakPerSecond: Named<number>;
  /** Only those that differ. */
  readonly rows: readonly (Pick<RowOutcome, "campaign" | "step" | "channel" | "variant" | "shop"> & Pair<Cell>)[];
  /** Texts that are used by one of the two only, or written in another way: the first message of each. */
  readonly texts: readonly ({ readonly template: string } & Pair<string | null>)[];
};

export type Side = {
  readonly outcome: Outcome;
  readonly sends: Iterable<RowJson>;
  /** Text by path. */
  readonly files: ReadonlyMap<string, string>;
};

export function differenceOf(against: string, before: Side, after: Side): Difference {
  const [a, b] = [before.outcome, after.outcome];
  const skips = ({ settled, skipped }: Outcome) => ({ ...settled, ...skipped });
  const costs = ({ cost }: Outcome) => Object.fromEntries(cost.map(({ amount, currency }) => [currency, amount]));
  return {
    against,
    sends: alignRows(before.sends, after.sends),
    skips: pairs(skips(a), skips(b), 0),
    segments: pairs(a.segments, b.segments, 0),
    cost: pairs(costs(a), costs(b), "0"),
    peakPerSecond: pairs(a.peakPerSecond, b.peakPerSecond, 0),
    rows: rowsOf(a.rows, b.rows),
    texts: textsOf(before, after),
  };
}

function pairs<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, none: T): Named<T> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(names.map((name) => [name, { before: a[name] ?? none, after: b[name] ?? none }]));
}

const NOTHING: Cell = { sends: 0, segments: 0, cost: null, settled: 0, skips: 0 };
const keyOf = ({ campaign, step, channel, variant, shop }: RowOutcome): string =>
  [campaign, step, channel, variant, shop].join("\n");
const cellOf = ({ sends, segments, cost, settled, skips }: RowOutcome): Cell => ({
  sends,
  segments,
  cost,
  settled,
  skips,
});

/** In the order of the rows after, then those that are gone. */
function rowsOf(before: readonly RowOutcome[], after: readonly RowOutcome[]): Difference["rows"] {
  const old = new Map(before.map((row) => [keyOf(row), row]));
  const now = new Set(after.map(keyOf));
  return [...after, ...before.filter((row) => !now.has(keyOf(row)))].flatMap((row) => {
    const was = old.get(keyOf(row));
    const cells = {
      before: was === undefined ? NOTHING : cellOf(was),
      after: now.has(keyOf(row)) ? cellOf(row) : NOTHING,
    };
    const { campaign, step, channel, variant, shop } = row;
    return JSON.stringify(cells.before) === JSON.stringify(cells.after)
      ? []
      : [{ campaign, step, channel, variant, shop, ...cells }];
  });
}

function textsOf(before: Side, after: Side): Difference["texts"] {
  const [a, b] = [before, after].map(
    ({ outcome }) => new Map(outcome.texts.map((text): [string, TextOutcome] => [text.template, text])),
  );
  const names = [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])].sort();
  return names.flatMap((template) => {
    const [was, is] = [a?.get(template), b?.get(template)];
    const path = `${template}.hbs`;
    if (was !== undefined && is !== undefined && before.files.get(path) === after.files.get(path)) return [];
    return [{ template, before: was?.example ?? null, after: is?.example ?? null }];
  });
}
