/** A whole rehearsal: one campaign directory over the orders or, to compare, two over the same orders. */
import type { CatalogFiles } from "../render/catalog/catalog-files.ts";
import { type Prepared, type PrepareInput, prepareRehearsal } from "./prepare.ts";
import { type RehearsalInput, type RehearsalRun, rehearse } from "./rehearse.ts";
import { type Difference, differenceOf } from "./result/difference.ts";
import { type Outcome, outcomeOf } from "./result/outcome.ts";

export type WholeInput = PrepareInput & {
  /** The campaigns to compare with; null: none. */
  readonly against: CatalogFiles | null;
};

type Good = Extract<Prepared, { ok: true }>;
export type PreparedWhole =
  | { readonly ok: true; readonly main: Good; readonly against: (Good & { readonly shownAs: string }) | null }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Both directories with all their faults. */
export function prepareWhole({ against, ...input }: WholeInput): PreparedWhole {
  if (against === null) {
    const main = prepareRehearsal(input);
    return main.ok ? { ok: true, main, against: null } : main;
  }
  // Single sends are compared by their rows.
  const main = prepareRehearsal({ ...input, rows: true });
  const other = prepareRehearsal({ ...input, campaigns: against, rows: true });
  if (!main.ok || !other.ok)
    return { ok: false, faults: [main, other].flatMap((each) => (each.ok ? [] : each.faults)) };
  return { ok: true, main, against: { ...other, shownAs: against.shownAs } };
}

export type WholeRun = RehearsalRun & { readonly outcome: Outcome; readonly difference: Difference | null };

export async function rehearseWhole(
  { main, against }: Extract<PreparedWhole, { ok: true }>,
  input: Omit<RehearsalInput, "env">,
): Promise<WholeRun> {
  const half = (from: number) => (share: number) => input.progress?.(from + share / 2);
  if (against === null) {
    const run = await rehearse({ ...input, env: main.env });
    return { ...run, outcome: outcome(main, run), difference: null };
  }
  const before = await rehearse({ ...input, env: against.env, progress: half(0) });
  try {
    const run = await rehearse({ ...input, env: main.env, progress: half(0.5) });
    const result = outcome(main, run);
    const difference = differenceOf(
      against.shownAs,
      { outcome: outcome(against, before), sends: before.sends, files: against.env.files },
      { outcome: result, sends: run.sends, files: main.env.files },
    );
    return { ...run, outcome: result, difference };
  } finally {
    before.close();
  }
}

function outcome({ env, campaigns, warnings }: Good, { figures, backward }: RehearsalRun): Outcome {
  return outcomeOf(figures, {
    from: env.from,
    table: env.table,
    channels: env.channels,
    campaigns,
    warnings: [...warnings, ...(backward === null ? [] : [backward])],
  });
}
