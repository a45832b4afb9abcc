/** Suppressions as the HTTP API shows them. */
import type { Sql } from "../db/client.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { type AddressInput, type SuppressDeps, suppress, unsuppressById } from "../followup/suppress.ts";
import { pageOfSuppressions, type SuppressionsQuery, suppressionOf } from "../followup/suppressions.ts";

type Deps = SuppressDeps & { readonly reads: Sql; readonly zoneOf: (shop: string) => string };

export function suppressionVerbs(deps: Deps) {
  const { sql, reads, vault, zoneOf } = deps;
  return {
    list: (query: SuppressionsQuery) => pageOfSuppressions({ sql: reads, vault, zoneOf }, query),
    add: async (actor: Actor, body: AddressInput) => {
      const result = await suppress(deps, actor, body);
      if (result.kind !== "added" && result.kind !== "present") return { kind: result.kind };
      return {
        kind: "suppressed" as const,
        created: result.kind === "added",
        answer: suppressionOf({ vault, zoneOf }, result.row),
      };
    },
    lift: (actor: Actor, id: string) => unsuppressById(sql, actor, id),
  };
}
