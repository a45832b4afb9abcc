/** Writes what the owner of an address wants, or that it does not exist: the latest wish of each address counts. */
import type { Sql } from "../../client.ts";
import { bool, bytea, instant, rowSet, text } from "../../rows.ts";
import { type ContactKey, liftSuppressions, type SuppressionWrite, suppressContacts } from "./suppression-store.ts";
import { addOptOuts } from "./write/tallies.ts";

type Wish = ContactKey & { readonly at: number; readonly optedOut: boolean };

const wishes = rowSet<Wish>(
  {
    shop_id: text(({ shop }) => shop),
    hash: bytea(({ hash }) => hash),
  },
  {
    at: instant(({ at }) => at),
    opted_out: bool(({ optedOut }) => optedOut),
  },
);

/** Returns the wishes that are the latest ones of their address. If two have the same moment, the opt-out holds. The rows name each address once. */
function keepWishes(tx: Sql, rows: readonly Wish[]) {
  return tx<{ shop: string; hash: Buffer }[]>`
    insert into wishes as w (${wishes.names(tx)}) select ${wishes.values(tx)} from ${wishes.rows(tx, rows)}
    order by n.shop_id, n.hash
    on conflict (shop_id, hash) do update set at = excluded.at, opted_out = excluded.opted_out
      where (w.at, w.opted_out) < (excluded.at, excluded.opted_out)
    returning w.shop_id as shop, w.hash`;
}

/** `out` false: opts in again. `at`: epoch ms. */
export type WishWrite = SuppressionWrite & { readonly channel: string; readonly out: boolean; readonly at: number };

/** Writes to the audit trail (campaigns/audit-store.ts). */
type Note = (
  tx: Sql,
  actor: { readonly who: string; readonly via: "http" },
  entry: {
    readonly action: string;
    readonly subject: string;
    readonly from: null;
    readonly to: null;
    readonly note: string;
  },
) => PromiseLike<unknown>;

/** Stops what is planned, from the commit on. The rows name each address once. */
export async function writeWishes(tx: Sql, rows: readonly WishWrite[], insertAudit: Note): Promise<void> {
  if (rows.length === 0) return;
  const keyOf = ({ shop, hash }: { shop: string; hash: Buffer }) => `${shop}\n${hash.toString("latin1")}`;
  const wishes = rows.map(({ shop, hash, at, out }) => ({ shop, hash, at, optedOut: out }));
  const latest = new Set((await keepWishes(tx, wishes)).map(keyOf));
  const counting = rows.filter((row) => latest.has(keyOf(row)));
  const added = await suppressContacts(
    tx,
    counting.filter(({ out }) => out),
  );
  const lifted = await liftSuppressions(
    tx,
    counting.filter(({ out }) => !out),
    ["opt_out"],
  );
  const isNew = new Set(added.map(({ id }) => id));
  const gone = counting.filter(({ id, out, reason }) => out && reason === "opt_out" && isNew.has(id));
  if (gone.length > 0) await addOptOuts(tx, gone);
  const entries = [
    ...added.map((each) => ({ ...each, action: "suppression.add" })),
    ...lifted.map((each) => ({ ...each, action: "suppression.lift" })),
  ];
  const who = `channel ${[...new Set(counting.map(({ channel }) => channel))].join(", ")}`;
  for (const { shop, id, action } of entries)
    await insertAudit(
      tx,
      { who, via: "http" },
      { action, subject: shop, from: null, to: null, note: `suppression ${id}` },
    );
}
