/** Suppressions and erasures as the HTTP API shows them. */
import type { Sql } from "../../db/client.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { erase } from "../../followup/erase.ts";
import { type AddressInput, type SuppressDeps, suppress, unsuppressById } from "../../followup/suppress.ts";
import { pageOfSuppressions, type SuppressionsQuery, suppressionOf } from "../../followup/suppressions.ts";

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

export const eraseVerb =
  (deps: SuppressDeps) =>
  async (actor: Actor, { shop, buyer }: { readonly shop: string; readonly buyer: string }) => {
    const result = await erase(deps, actor, { shop, buyer });
    if (result.kind === "unknown_shop" || result.kind === "unknown_buyer") return { kind: result.kind };
    const { orders, events, contacts, reminders } = result.kind === "erased" ? result : NOTHING;
    return { kind: "erased" as const, answer: { shop, orders, events, contacts, reminders } };
  };

const NOTHING = { orders: 0, events: 0, contacts: 0, reminders: 0 };
