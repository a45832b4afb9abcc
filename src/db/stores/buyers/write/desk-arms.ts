/** Keeps `desk_arms`: one row for each case that became a person's, or was kept from people, written by the same code for both. */
import { isHeldOut } from "../../../../core/rules/arms.ts";
import type { Sql } from "../../../client.ts";
import { bool, type Fragment, float8, instant, int8, list, rowSet, text, uuid } from "../../../rows.ts";
import type { LoadedBuyer } from "../loaded-buyer.ts";

export type DeskArm = {
  readonly shop: string;
  readonly caseId: string;
  readonly campaign: string;
  readonly at: number;
  readonly share: number;
  readonly holdout: number;
  readonly kept: boolean;
  readonly held: boolean;
  readonly windowMs: number;
  readonly orders: readonly string[];
};

const arms = rowSet<DeskArm>({
  shop_id: text(({ shop }) => shop),
  case_id: uuid(({ caseId }) => caseId),
  campaign: text(({ campaign }) => campaign),
  at: instant(({ at }) => at),
  share: float8(({ share }) => share),
  holdout: float8(({ holdout }) => holdout),
  kept: bool(({ kept }) => kept),
  held: bool(({ held }) => held),
  window_ms: int8(({ windowMs }) => windowMs),
  orders: list(({ orders }) => orders),
});

/** null: the open case, if any, did not become a person's by this change. */
export function deskArmOf({ shop, state, baseline }: LoadedBuyer): DeskArm | null {
  const { open } = state;
  if (open === null || open.campaign === null || open.counted.length === 0) return null;
  const was = baseline.open?.id === open.id ? baseline.open : null;
  if (was !== null && (was.manual !== null || was.keptAt != null)) return null;
  const keptAt = open.keptAt ?? null;
  const at = keptAt ?? open.manual?.since ?? null;
  if (at === null) return null;
  return {
    shop,
    caseId: open.id,
    campaign: open.campaign.key,
    at,
    share: open.campaign.manual?.holdout ?? 0,
    holdout: open.campaign.holdout,
    kept: keptAt !== null,
    held: isHeldOut(open.campaign, shop, state.bucket),
    windowMs: open.campaign.attributionWindow,
    orders: open.counted,
  };
}

/** The first one of a case stays. */
export function insertDeskArms(sql: Sql, rows: readonly DeskArm[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into desk_arms (${arms.names(sql)}) select ${arms.values(sql)} from ${arms.rows(sql, rows)}
    on conflict (shop_id, case_id) do nothing`;
}
