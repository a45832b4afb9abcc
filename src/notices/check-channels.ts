/** Asks the providers about the set-up of the channels, and judges their answers against the campaigns and what is planned. */
import type { Plan } from "../core/notices/forecast.ts";
import { type CheckedChannel, judgeSetup, type SetupLine, setupMatters } from "../core/notices/setup.ts";
import type { Channel } from "../core/seams/channel.ts";
import { DAY } from "../core/values/duration.ts";
import type { Sql } from "../db/client.ts";
import { storeStates } from "../db/stores/notices/fact-store.ts";
import { raiseNotices } from "../db/stores/notices/notice-store.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { usedNames } from "./used-names.ts";

type Checkable = Pick<Channel, "name" | "provider" | "check"> & Partial<Pick<Channel, "signName">>;

export type CheckDeps = {
  readonly channels: ReadonlyMap<string, Checkable>;
  readonly catalog: Pick<Catalog, "templates">;
  /** The plans of the next day by channel; null: not known. */
  readonly plans: ReadonlyMap<string, Plan> | null;
  readonly written: (at: number) => string;
};

/** The providers are asked side by side. Those that cannot be asked are left out. */
export async function checkChannels({ channels, catalog, plans, written }: CheckDeps): Promise<{
  readonly checked: readonly CheckedChannel[];
  readonly lines: readonly SetupLine[];
}> {
  const checked = await Promise.all([...channels.values()].map((channel) => checkOne(channel, catalog, plans)));
  const asked = checked.flatMap((each) => each ?? []);
  return { checked: asked, lines: judgeSetup(asked, written) };
}

async function checkOne(
  channel: Checkable,
  catalog: CheckDeps["catalog"],
  plans: CheckDeps["plans"],
): Promise<CheckedChannel | null> {
  if (channel.check === undefined) return null;
  const { usedBy, ...names } = usedNames(catalog, channel);
  return { name: channel.name, findings: await channel.check(names), plan: plans?.get(channel.name) ?? null, usedBy };
}

/** The hourly chore: the answers and the notices that follow from them are stored together. Returns how many notices are new. */
export async function checkAndStore(
  deps: CheckDeps & { readonly sql: Sql; readonly receivers: readonly string[]; readonly now: number },
): Promise<number> {
  const { checked, lines } = await checkChannels(deps);
  const day = String(Math.floor(deps.now / DAY));
  const states = checked.map(({ name, findings }) => ({
    channel: name,
    findings,
    lines: lines.flatMap(({ channel, ...line }) => (channel === name ? line : [])),
  }));
  return inTransaction(deps.sql, async (tx) => {
    await storeStates(tx, states, [...deps.channels.keys()]);
    return raiseNotices(tx, deps.receivers, setupMatters(lines, day));
  });
}
