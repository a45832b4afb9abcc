/** Cases with reminders, and the staff that takes care of them. */
import { MINUTE } from "../../src/core/values/duration.ts";
import type { Campaign } from "../../src/core/values/policy.ts";
import { listTasks, type TaskQuery } from "../../src/followup/desk/list.ts";
import { erase } from "../../src/followup/erase.ts";
import { explainOrder } from "../../src/reporting/explain.ts";
import { storyText } from "../../src/reporting/format-explain.ts";
import { dispatchSetup, receivedEvent, T0 } from "./dispatch.ts";
import { afterCreated, beforeClose } from "./rules.ts";

type Person = { readonly who: string; readonly via: "http" };
export const VERA: Person = { who: "vera", via: "http" };
export const ADA: Person = { who: "ada", via: "http" };

const ALL: TaskQuery = {
  ...{ shop: null, state: null, kind: null, assignee: null },
  ...{ sort: "closes", limit: 50, cursor: null, phones: true },
};

const STEPS = [afterCreated("nudge", 10 * MINUTE, ["sms"]), beforeClose("last-call", 30 * MINUTE, ["sms"])];

type Options = Parameters<typeof dispatchSetup>[0] & { readonly manual?: Campaign["manual"] };

export async function deskSetup({ manual = null, campaign = {}, ...options }: Options = {}) {
  const setup = await dispatchSetup({ ...options, campaign: { steps: STEPS, manual, ...campaign } });
  const { sql } = setup.database;
  const deps = { sql, vault: setup.vault, zoneOf: () => "Asia/Shanghai", campaignOf: () => ({ minLead: 2 * MINUTE }) };
  const list = async (query: Partial<TaskQuery> = {}) => (await listTasks(deps, { ...ALL, ...query }))?.items ?? [];
  const only = async (query: Partial<TaskQuery> = {}) => {
    const [task, ...others] = await list(query);
    if (task === undefined || others.length > 0) throw new Error(`${others.length + 1} tasks`);
    return task;
  };
  const rows = async () => {
    const found = await sql<{ step: string; reason: string | null; state: string; at: number }[]>`
      select step, reason, state, coalesce(decided_at, due_at) as at from reminders order by at, step`;
    return found.map(({ step, reason, state, at }) => `${(at - T0) / MINUTE} ${state} ${reason ?? step}`);
  };
  /** Makes a call of each open case. */
  const callAll = () => sql<{ id: string; order: string }[]>`
    with made as (
      insert into tasks (id, shop_id, case_id, kind, created_at)
      select gen_random_uuid(), shop_id, id, 'call', dunlin_now() from cases where ended_at is null returning id, shop_id, case_id)
    select made.id, o.id as order from made join orders o on o.shop_id = made.shop_id and o.case_id = made.case_id`;
  const call = async (order = "o1") => {
    const [task] = await sql<{ id: string }[]>`
      insert into tasks (id, shop_id, case_id, kind, created_at)
      select gen_random_uuid(), shop_id, case_id, 'call', dunlin_now() from orders where id = ${order} returning id`;
    return task?.id ?? "";
  };
  const story = async (order = "o1") => {
    const found = await explainOrder({ sql }, { shop: "acme", order });
    return found === null ? "" : storyText(found);
  };
  await setup.at(T0);
  return {
    ...setup,
    ...{ sql, deps, list, only, rows, call, callAll, story },
    /** An order of a buyer, and a call about it. */
    called: async () => {
      await setup.receive(receivedEvent("e1", "order.created", T0));
      return call();
    },
    eraseBuyer: (buyer: string) =>
      erase({ sql, vault: setup.vault, shopOf: setup.shopOf }, VERA, { shop: "acme", buyer }),
  };
}
