/** A server on a real database, and a server on stubs. Tests inject requests, without sockets. */
import { devNull } from "node:os";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { ReceiptChannel } from "../../src/channels/receipts.ts";
import { KEY_ROLES, type KeyRole } from "../../src/core/values/role.ts";
import type { RehearsalSlot } from "../../src/http/contract/rehearsals.ts";
import { type Auth, createAuth } from "../../src/http/kit/auth.ts";
import { buildServer, type HttpDeps } from "../../src/http/server.ts";
import { createIntake } from "../../src/intake/intake.ts";
import { sources } from "../../src/sources/registry.ts";
import type { Cleanup } from "../support/file-context.ts";
import { intakeDeps, receivedEvent } from "../support/intake.ts";
import { T0 } from "../support/rules.ts";
import {
  CAMPAIGN,
  CARD,
  CHANNEL,
  METHOD,
  OWNER,
  PREVIEW,
  PROMISED,
  REPORT,
  SHOP,
  STAFF_REPORT,
  SUPPRESSION,
  TASK,
  TEST_SENT,
  TODAY,
  VERSION,
} from "./samples.ts";

export const ADMIN_KEY = "dk_test-admin-key";
/** The page of the queues. */
export const QUEUES_DIR = fileURLToPath(new URL("../../node_modules/@bull-board/ui/dist/", import.meta.url));
export const SHOPIFY_SECRET = "hush-8d5e";
export const WEBHOOK_SECRET = "letters0And1digits";
export const OLD_SECRET = "theOneBefore";
export const bearer = (key: string = ADMIN_KEY) => ({ authorization: `Bearer ${key}` });

/** The cookies of sessions, by role. */
const tokenOf = (role: KeyRole) => role.padEnd(43, "-");
const SESSIONS = new Map(KEY_ROLES.map((role) => [tokenOf(role), role]));
export const cookie = (role: KeyRole) => ({ cookie: `theme=dark; dunlin_session=${tokenOf(role)}` });
export const csrf = (role: KeyRole) => ({ "x-dunlin-csrf": `csrf of the ${role}` });

/** The admin key, and keys named like their roles. */
const auth: Auth = {
  session: async (token) => {
    const role = SESSIONS.get(token);
    if (role === undefined) return null;
    return { role, name: `a ${role}`, csrf: `csrf of the ${role}`, endsAt: T0, person: true };
  },
  check: (key) =>
    ["viewer", "operator"].includes(key)
      ? { role: key as KeyRole, name: `${key}'s key` }
      : createAuth({ adminKey: ADMIN_KEY }).check(key),
};

/** Accepts any body, and answers with an existing file. */
const stubSlot: RehearsalSlot = {
  body: devNull,
  run: async () => ({ ok: true, answer: fileURLToPath(new URL("../../package.json", import.meta.url)) }),
  end: async () => {},
};

const taken = async () => ({ kind: "task" as const, task: TASK });
const TASKS: HttpDeps["tasks"] = {
  list: async () => ({ items: [TASK], next: null }),
  ...{ take: taken, claim: taken, release: taken, extend: taken, assign: taken, touch: taken, outcome: taken },
  contact: async () => ({ kind: "revealed", phone: "+8613812345678" }),
};

export const stubTasks = (change: Partial<HttpDeps["tasks"]>): HttpDeps["tasks"] => ({ ...TASKS, ...change });

export type Change = Partial<HttpDeps>;

/** `context`: of a server that several tests share. */
export function stubServer(change: Change = {}, context: Cleanup = { onTestFinished }) {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const webhook = (...secrets: string[]) => ({ secrets, settings: {} });
  const shops: Record<string, { webhooks: Record<string, ReturnType<typeof webhook>> }> = {
    acme: {
      webhooks: {
        shopify: webhook(SHOPIFY_SECRET),
        standard: webhook(WEBHOOK_SECRET),
        woocommerce: webhook(OLD_SECRET, WEBHOOK_SECRET),
        taobao: webhook(WEBHOOK_SECRET),
        youzan: webhook(WEBHOOK_SECRET),
      },
    },
    bare: { webhooks: {} },
  };
  const app = buildServer({
    config: { shop: (id) => shops[id] ?? null },
    intake: {
      pending: 0,
      submit: async (events) => ({ accepted: events.length, duplicates: 0, rejected: [], warnings: [] }),
    },
    sources,
    receipts: {
      channels: new Map<string, ReceiptChannel>([["sms", { kind: "none" }]]),
      submit: async (_channel, receipts) => ({ matched: receipts.length, unmatched: 0 }),
    },
    auth,
    queues: {
      dir: QUEUES_DIR,
      page: async () => "<title>Queues</title>",
      ask: async () => ({ status: 200, body: {} }),
    },
    health: { ready: async () => ({ ok: true, checks: { database: { ok: true } } }) },
    metrics: async () => "dunlin_up 1\n",
    tasks: TASKS,
    roster: {
      staff: async () => ({ version: 1, page: { items: [], on: [] } }),
      putStaff: async () => ({ kind: "saved", version: 2, page: { items: [], on: [] } }),
      shifts: async () => ({ version: 1, page: { items: [] } }),
      putShifts: async () => ({ kind: "saved", version: 2, page: { items: [] } }),
    },
    deskState: async () => ({ shops: [], people: [] }),
    taskCard: async () => CARD,
    phrases: async () => ({ items: [{ n: 1, name: "size", locale: "en", text: "Is the size right?" }], failed: [] }),
    listPromises: async () => ({ items: [PROMISED], next: null }),
    report: async () => REPORT,
    reportCsv: async () => "campaign,orders\r\n",
    owner: async () => OWNER,
    today: async () => TODAY,
    staff: async () => STAFF_REPORT,
    overlap: async () => ({ orders: 0, since: null, items: [] }),
    people: {
      list: async () => ({ items: [], next: null }),
      create: async (_actor, { name }) => ({ name, path: "/v1/welcome/t" }),
      renew: async (_actor, name) => ({ name, path: "/v1/welcome/t" }),
      disable: async () => true,
    },
    keys: {
      list: async () => ({ items: [], next: null }),
      create: async (_actor, { name, role }) => ({ name, role, key: "dk_new" }),
      revoke: async () => true,
    },
    changes: { mark: async () => null, subscribe: () => () => {} },
    links: { nameOf: async () => null, set: async () => null },
    sessions: {
      signIn: async () => ({ kind: "refused" }),
      signOut: async () => {},
      changePassword: async () => ({ kind: "changed" }),
    },
    explain: async () => null,
    promise: async () => ({ kind: "unknown_order" }),
    reveal: async () => ({ kind: "unknown_order" }),
    upcoming: async () => ({ from: "", to: "", minutes: [], channels: [], noContact: 0, holdout: 0 }),
    listOrders: async () => ({ kind: "page", page: { items: [], next: null } }),
    listCases: async () => ({ items: [], next: null }),
    listReminders: async () => ({ items: [], next: null }),
    listDeliveries: async () => ({ items: [], next: null }),
    rehearsals: { begin: async () => stubSlot },
    preview: async () => ({ kind: "preview", preview: PREVIEW }),
    previewPhrase: async () => ({
      kind: "preview",
      preview: { text: "Is the size right?", locale: "en", warnings: [] },
    }),
    sendTest: async () => ({ kind: "sent", answer: TEST_SENT }),
    listShared: async () => ({ items: [], next: null }),
    erase: async () => ({ kind: "erased", answer: { shop: "acme", orders: 0, events: 0, contacts: 0, reminders: 0 } }),
    suppressions: {
      list: async () => ({ items: [], next: null }),
      add: async () => ({ kind: "suppressed", created: false, answer: SUPPRESSION }),
      lift: async () => true,
    },
    unsubscribe: { read: () => null, optOut: async () => null },
    listAudit: async () => ({ items: [], next: null }),
    campaigns: {
      list: async () => ({ items: [], next: null, paused: [] }),
      get: async () => CAMPAIGN,
      put: async () => ({ kind: "put", change: "updated", warnings: [] }),
      putTemplate: async () => ({ kind: "put", change: "updated", warnings: [] }),
      versions: async () => ({ items: [], next: null }),
      version: async () => VERSION,
      rollback: async () => ({ kind: "same" }),
      setPaused: async () => ({ kind: "done" }),
      removeVersion: async () => ({ kind: "removed" }),
    },
    pauses: {
      channels: async () => ({ items: [], next: null }),
      shops: async () => ({ items: [], next: null }),
      setChannel: async () => CHANNEL,
      setShop: async () => SHOP,
      methods: async () => ({ items: [], next: null }),
      setMethod: async () => METHOD,
    },
    log: pino({ level: "trace" }, sink),
    ...change,
  });
  context.onTestFinished(() => app.close());
  return { app, lines };
}

export async function realServer(change: Change = {}, context: Cleanup = { onTestFinished }) {
  const { deps, database } = await intakeDeps({}, context);
  const { app, lines } = stubServer({ intake: createIntake(deps), ...change }, context);
  const stored = async () => {
    const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from order_events`;
    return row?.n ?? 0;
  };
  return { app, lines, database, stored };
}

export const order = (n: number | string, change: Record<string, unknown> = {}) =>
  receivedEvent(`e${n}`, "order.created", T0, { id: `o${n}`, buyer: { id: `b${n}` }, ...change });

export const JSON_TYPE = { "content-type": "application/json" };
export const NDJSON_TYPE = { "content-type": "application/x-ndjson" };

/** A stream of these pieces (object mode keeps them apart). It ends, unless `end` is false. */
export function pieces(parts: Iterable<Buffer | string>, end = true): Readable {
  async function* give() {
    for (const part of parts) yield Buffer.from(part);
    if (!end) await new Promise(() => {});
  }
  return Readable.from(give());
}
