/** Promises to pay as the HTTP API shows them. */
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Sql } from "../../db/client.ts";
import type { Vault } from "../../db/vault.ts";
import { listPromises, type PromiseQuery } from "../../followup/desk/promises.ts";
import { type PromiseRecord, recordPromise } from "../../followup/promise.ts";
import { effectText, refusalText } from "../../followup/promise-words.ts";

type Deps = {
  readonly sql: Sql;
  /** For lists. */
  readonly reads: Sql;
  readonly vault: Pick<Vault, "open">;
  readonly zoneOf: (shop: string) => string;
  readonly campaignOf: (key: string) => { readonly minLead: number } | null;
};

export function promiseVerbs({ sql, reads, vault, zoneOf, campaignOf }: Deps) {
  const minLeadOf = (campaign: string) => campaignOf(campaign)?.minLead ?? null;
  return {
    listPromises: (query: PromiseQuery) => listPromises({ sql: reads, vault, zoneOf }, query),
    promise: async (record: PromiseRecord) => {
      const { shop, reason, by } = record;
      const zone = zoneOf(shop);
      const result = await recordPromise(sql, record, { zoneOf, minLeadOf });
      if (result.kind === "past" || result.kind === "too_late")
        return { kind: result.kind, message: refusalText(result, zone) };
      if (result.kind !== "recorded") return { kind: result.kind };
      const { caseId, orders, at, manual } = result;
      const written = formatInstant(at, offsetMinutes(zone, at));
      const effect = effectText(result, zone);
      return {
        kind: "recorded" as const,
        answer: { shop, case: caseId, orders, at: written, reason, by, manual, effect },
      };
    },
  };
}
