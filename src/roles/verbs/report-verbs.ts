/** Wires the routes of reports to the features. */
import type { Logger } from "pino";
import type { CampaignSet } from "../../campaigns/live.ts";
import { campaignOverlap } from "../../campaigns/overlap.ts";
import type { Config } from "../../config/config.ts";
import type { Sql } from "../../db/client.ts";
import { certainSkew, measureSkew } from "../../db/stores/reads/clock-skew.ts";
import { readMarks } from "../../db/stores/reads/today/mark-store.ts";
import type { Vault } from "../../db/vault.ts";
import { withDeadline } from "../../deadline.ts";
import { reportCsv, reportJson } from "../../reporting/format-report.ts";
import { createChanges } from "../../reporting/live/changes.ts";
import { shareReads } from "../../reporting/live/share.ts";
import { readToday } from "../../reporting/live/today.ts";
import { todayJson } from "../../reporting/live/today-json.ts";
import { listOrders, type OrderListQuery } from "../../reporting/orders/list-orders.ts";
import { ownerJson } from "../../reporting/owner/owner-json.ts";
import { ownerPage } from "../../reporting/owner/page.ts";
import { type RecoveryInput, recoveryReport } from "../../reporting/recovery.ts";
import { staffReport } from "../../reporting/report/staff.ts";

type Deps = {
  /** The primary, whose clock decides. */
  readonly sql: Sql;
  readonly reads: Sql;
  /** For what is asked for all the time, and costs nothing: a slow report must not end the streams. */
  readonly marks: Sql;
  readonly shopOf: Config["shop"];
  readonly zoneOf: (shop: string) => string;
  readonly vault: Vault;
  /** The campaigns that run now. */
  readonly current: () => CampaignSet;
  readonly log: Pick<Logger, "warn">;
  /** How long reading the marks of the stream may take, ms (5 s). */
  readonly marksMs?: number;
};

export function reportVerbs({
  sql: own,
  reads: sql,
  marks,
  shopOf,
  zoneOf,
  vault,
  current,
  log,
  marksMs = 5_000,
}: Deps) {
  const isShop = (shop: string) => shopOf(shop) !== null;
  const today = shareReads(async (shop: string | null) => {
    const day = await readToday(sql, { zoneOf, shop, isShop });
    return day === null ? null : todayJson(day);
  });
  const overlap = shareReads((_: null) => campaignOverlap(sql, current().policy.campaigns));
  return {
    report: async (query: RecoveryInput) => reportJson(await recoveryReport({ sql }, { ...query, zoneOf })),
    reportCsv: async ({ totals, ...query }: RecoveryInput & { readonly totals: "true" | "false" }) =>
      reportCsv(await recoveryReport({ sql }, { ...query, zoneOf }), { totals: totals === "true" }),
    owner: async ({ shop }: { readonly shop: string | null }) => {
      const skewMs = certainSkew(await measureSkew(own));
      const page = await ownerPage({ sql }, { shop, zoneOf, isShop, skewMs });
      return page === null ? null : ownerJson(page);
    },
    today: ({ shop }: { readonly shop: string | null }) => today(shop),
    overlap: () => overlap(null),
    staff: (query: Parameters<typeof staffReport>[1]) => staffReport({ sql, zoneOf }, query),
    changes: createChanges({ read: () => withDeadline(marksMs, "the database", readMarks(marks)), log }),
    listOrders: (query: OrderListQuery) => listOrders({ sql, vault, zoneOf, shopOf }, query),
  };
}
