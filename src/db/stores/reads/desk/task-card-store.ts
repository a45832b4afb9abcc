/** Reads the case of a task: for the card that shows it, and for phrases about it. */
import type { BuyerReason, PromiseState, TaskOutcome } from "../../../../core/desk/words.ts";
import type { Sql } from "../../../client.ts";
import type { Profile } from "../../buyers/loaded-buyer.ts";
import type { OrderDetails } from "../../buyers/order-rows.ts";

export type TaskCase = {
  readonly shop: string;
  readonly case: string;
  readonly buyer_id: string;
  readonly campaign: string | null;
  readonly ended: boolean;
  /** The database's clock, epoch ms. */
  readonly now: number;
  readonly profile: Profile;
};

/** null: there is no such task. */
export async function loadTaskCase(sql: Sql, task: string): Promise<TaskCase | null> {
  const [row] = await sql<TaskCase[]>`
    select t.shop_id as shop, t.case_id as case, c.buyer_id, c.campaign, c.ended_at is not null as ended, dunlin_now() as now, b.profile
    from tasks t join cases c on c.shop_id = t.shop_id and c.id = t.case_id
    join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id where t.id = ${task}`;
  return row ?? null;
}

export type CaseOrder = {
  readonly id: string;
  readonly number: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly created_at: number | null;
  readonly closes_at: number | null;
  readonly details: OrderDetails;
};

/** Those that are in it, or that were when it ended. */
export function loadCaseOrders(sql: Sql, { shop, buyer_id, ended, ...of }: TaskCase) {
  return sql<CaseOrder[]>`
    select id, number, amount, currency, created_at, closes_at, details from orders
    where shop_id = ${shop} and buyer_id = ${buyer_id} and case_id = ${of.case} and in_case = ${!ended} order by created_at, id limit 200`;
}

type CaseSend = {
  readonly at: number;
  readonly step: string | null;
  readonly channel: string;
  readonly state: "claimed" | "accepted" | "unknown";
  readonly delivered_at: number | null;
};

/** The messages that left, or may have, the last first. */
export function loadCaseSends(sql: Sql, { shop, buyer_id, ...of }: TaskCase) {
  return sql<CaseSend[]>`
    select d.claimed_at as at, r.step, d.channel, d.state, d.delivered_at from reminders r
    join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id and d.standing
    where r.shop_id = ${shop} and r.buyer_id = ${buyer_id} and r.case_id = ${of.case} order by d.claimed_at desc, d.id desc limit 50`;
}

export type CaseTouch = {
  readonly at: number;
  readonly who: string;
  readonly how: "call" | "chat" | null;
  readonly result: "reached" | "no_answer" | "wrong_number" | null;
  readonly outcome: TaskOutcome | null;
  readonly reason: BuyerReason | null;
  /** Encrypted. */
  readonly note: Buffer | null;
};

/** Those of all its tasks, the last first. */
export function loadCaseTouches(sql: Sql, { shop, ...of }: TaskCase) {
  return sql<CaseTouch[]>`
    select s.at, s.who, s.how, s.result, s.outcome, s.reason, s.note from tasks t join touches s on s.task_id = t.id
    where t.shop_id = ${shop} and t.case_id = ${of.case} order by s.at desc, s.id desc limit 50`;
}

type CasePromise = {
  readonly at: number;
  readonly recorded_at: number;
  readonly by: string | null;
  readonly reason: string | null;
  readonly state: PromiseState;
};

/** The one that was recorded last. */
export async function loadCasePromise(sql: Sql, { shop, ...of }: TaskCase): Promise<CasePromise | null> {
  const [row] = await sql<CasePromise[]>`
    select at, recorded_at, recorded_by as by, reason, state from promises
    where shop_id = ${shop} and case_id = ${of.case} order by recorded_at desc, id desc limit 1`;
  return row ?? null;
}
