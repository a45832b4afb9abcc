/** The staff and their shifts as the HTTP API shows them. */
import { toStaff } from "../../core/desk/roster.ts";
import type { Shift } from "../../core/desk/shifts.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Sql } from "../../db/client.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { putShifts, putStaff, type Replaced, shiftList, staffList, whoIsOn } from "../../followup/desk/roster.ts";

type Deps = {
  readonly sql: Sql;
  readonly isShop: (shop: string) => boolean;
  /** In which instants are written. */
  readonly zone: string;
};

type Versioned<Page> = { readonly version: number; readonly page: Page };
type Expects = (current: number) => boolean;

export function rosterVerbs({ sql, isShop, zone }: Deps) {
  const written = (at: number) => formatInstant(Math.floor(at), offsetMinutes(zone, at));
  const staff = async () => {
    const [{ version, items }, people] = await Promise.all([staffList(sql), whoIsOn(sql)]);
    const on = people.flatMap(({ name, until, openTasks }) =>
      until === null ? [] : [{ name, until: written(until), openTasks }],
    );
    return { version, page: { items, on } };
  };
  const shifts = async () => {
    const { version, items } = await shiftList(sql);
    return { version, page: { items } };
  };
  const saved = async <Page>(result: Replaced, read: () => Promise<Versioned<Page>>) =>
    result.kind === "replaced" ? { kind: "saved" as const, ...(await read()) } : result;
  return {
    staff,
    shifts,
    putStaff: async (actor: Actor, given: Parameters<typeof toStaff>[0], expects: Expects) =>
      saved(await putStaff({ sql, isShop }, actor, { members: toStaff(given), expects }), staff),
    putShifts: async (actor: Actor, items: readonly Shift[], expects: Expects) =>
      saved(await putShifts(sql, actor, { shifts: items, expects }), shifts),
  };
}
