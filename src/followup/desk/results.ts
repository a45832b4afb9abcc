/** The work on a claimed task: a person sees the number, speaks to the buyer, and says how it goes on. */
import { DEFAULTS } from "../../core/campaign/campaign-file.ts";
import {
  type BuyerReason,
  type CONTACT_RESULTS,
  type CONTACT_WAYS,
  KEPT,
  type TaskOutcome,
} from "../../core/desk/words.ts";
import { maskContact } from "../../core/order/contact.ts";
import { instantOf, type When } from "../../core/values/when.ts";
import type { Sql } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { keepPromise } from "../../db/stores/buyers/promise-store.ts";
import { type SuppressionReason, suppressContacts } from "../../db/stores/buyers/suppression-store.ts";
import { type Actor, insertAudit } from "../../db/stores/campaigns/audit-store.ts";
import { lastClose } from "../../db/stores/desk/task-case.ts";
import {
  changeTask,
  contactsOf,
  insertTouch,
  type LockedTask,
  type TaskContact,
} from "../../db/stores/desk/task-store.ts";
import { LEASE } from "./claims.ts";
import { type DeskDeps, type Refused, whyNotHeld, withTask } from "./deps.ts";

const canBeCalled = ({ kind, isWrong }: TaskContact): boolean => !isWrong && (kind === "phone" || kind === "call");

export type TaskPhone = { readonly kind: "revealed"; readonly phone: string } | { readonly kind: "no_phone" };

/** The phone number that the buyer reported last. The entry of the audit trail is committed before it is returned. */
export const revealContact = ({ sql, vault }: DeskDeps, actor: Actor, id: string): Promise<TaskPhone | Refused> =>
  withTask<TaskPhone | Refused>(sql, id, async (tx, task) => {
    const refused = whyNotHeld(task, actor);
    if (refused !== null) return refused;
    const found = (await contactsOf(tx, task)).find(canBeCalled);
    if (found === undefined) return { kind: "no_phone" };
    const phone = vault.open(found.cipher);
    const note = `task ${task.id}`;
    await insertAudit(tx, actor, { action: "contact.reveal", subject: task.shop, from: null, to: null, note });
    return { kind: "revealed", phone };
  });

export type TouchInput = {
  readonly how: (typeof CONTACT_WAYS)[number];
  readonly result: (typeof CONTACT_RESULTS)[number];
  readonly reason: BuyerReason | null;
  readonly note: string | null;
};

/** A wrong number gets no message any more, and nobody is shown it again. */
export const recordTouch = (
  { sql, vault }: DeskDeps,
  actor: Actor,
  id: string,
  { how, result, reason, note }: TouchInput,
): Promise<{ readonly kind: "changed" } | Refused> =>
  withTask<{ readonly kind: "changed" } | Refused>(sql, id, async (tx, task) => {
    const refused = whyNotHeld(task, actor);
    if (refused !== null) return refused;
    await insertTouch(tx, task, { who: actor.who, how, result, outcome: null, reason, note: sealed(vault, note) });
    if (result === "wrong_number") {
      const wrong = (await contactsOf(tx, task)).filter(canBeCalled);
      await suppressAll(tx, vault, { task, actor, contacts: wrong.slice(0, 1), reason: "bounce" });
    }
    return { kind: "changed" };
  });

export type OutcomeInput = {
  readonly outcome: TaskOutcome;
  readonly reason: BuyerReason | null;
  readonly note: string | null;
  /** For `will_pay`. */
  readonly promiseAt: When | number | null;
  /** For `not_reached`; null: as soon as somebody has time. */
  readonly againAt: When | number | null;
};

export type Ended =
  | { readonly kind: "changed" }
  | { readonly kind: "past"; readonly field: "promiseAt" | "againAt"; readonly at: number; readonly now: number }
  /** `latest`: the last moment at which a payment would be in time. */
  | { readonly kind: "too_late"; readonly at: number; readonly closesAt: number; readonly latest: number };

/**
 * Records how the case goes on. Only `not_reached` and `order_changed` leave the task to be done: at its time, and after the next event of its orders.
 */
export const recordOutcome = (
  deps: DeskDeps,
  actor: Actor,
  id: string,
  input: OutcomeInput,
): Promise<Ended | Refused> =>
  withTask<Ended | Refused>(deps.sql, id, async (tx, task) => {
    const refused = whyNotHeld(task, actor);
    if (refused !== null) return refused;
    const { outcome, reason, note } = input;
    const zone = deps.zoneOf(task.shop);
    const read = (when: When | number | null) =>
      typeof when === "number" || when === null ? when : instantOf(when, { zone, now: task.now, edge: "end" });
    const [promiseAt, againAt] = [read(input.promiseAt), read(input.againAt)];
    for (const [field, at] of [
      ["promiseAt", promiseAt],
      ["againAt", againAt],
    ] as const)
      if (at !== null && at <= task.now) return { kind: "past", field, at, now: task.now };
    if (promiseAt !== null) {
      const { campaign, closesAt } = await lastClose(tx, task);
      const minLead = (campaign === null ? null : deps.campaignOf(campaign)?.minLead) ?? DEFAULTS.minLead;
      if (closesAt !== null && promiseAt > closesAt - minLead)
        return { kind: "too_late", at: promiseAt, closesAt, latest: closesAt - minLead };
    }
    const words = { who: actor.who, how: null, result: null, outcome, reason, note: sealed(deps.vault, note) };
    await insertTouch(tx, task, words);
    const mine = { assignee: actor.who, leaseUntil: null, reason };
    switch (outcome) {
      case "order_changed": {
        const { campaign } = await lastClose(tx, task);
        const manual = campaign === null ? null : deps.campaignOf(campaign)?.manual;
        const until = task.now + (manual?.handBackAfter ?? DEFAULTS.handBackAfter);
        const waits = { heldUntil: until + LEASE, dueAt: until, waitsForOrder: true };
        await changeTask(tx, task, { assignee: null, leaseUntil: null, reason, ...waits });
        break;
      }
      case "not_reached":
        await changeTask(tx, task, {
          ...{ assignee: null, leaseUntil: null, reason, heldUntil: againAt === null ? null : againAt + LEASE },
          ...(againAt === null ? {} : { dueAt: againAt }),
        });
        break;
      case "will_pay": {
        const at = promiseAt ?? task.now;
        // The promise moves the sends that are left; only a case that its campaign leaves to a person waits for it with one.
        await changeTask(tx, task, { ...mine, outcome, heldUntil: task.manual ? at : null });
        const promise = { at, recordedAt: Math.floor(task.now) };
        const subject = { shop: task.shop, buyer: task.buyer_id, case: task.case_id, task: task.id };
        await keepPromise(tx, subject, promise, { reason, by: actor.who });
        break;
      }
      case "opted_out":
        await suppressAll(tx, deps.vault, { task, actor, contacts: await contactsOf(tx, task), reason: "opt_out" });
        await changeTask(tx, task, { ...mine, outcome, heldUntil: KEPT });
        break;
      default:
        await changeTask(tx, task, { ...mine, outcome, heldUntil: KEPT });
    }
    return { kind: "changed" };
  });

const sealed = (vault: DeskDeps["vault"], note: string | null): Buffer | null =>
  note === null ? null : vault.seal(note);

async function suppressAll(
  tx: Sql,
  vault: DeskDeps["vault"],
  {
    task,
    actor,
    contacts,
    reason,
  }: {
    readonly task: LockedTask;
    readonly actor: Actor;
    readonly contacts: readonly TaskContact[];
    readonly reason: SuppressionReason;
  },
): Promise<void> {
  const added = await suppressContacts(
    tx,
    contacts.map(({ kind, hash, address, cipher }) => ({
      ...{ shop: task.shop, id: newId(), hash: address ?? hash, kind, reason, source: actor.who },
      masked: vault.seal(maskContact(vault.open(cipher))),
    })),
  );
  for (const { shop, id } of added)
    await insertAudit(tx, actor, {
      action: "suppression.add",
      subject: shop,
      from: null,
      to: null,
      note: `suppression ${id}`,
    });
}
