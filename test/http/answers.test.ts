/**
 * Every route of the server, asked against the real parts of the application: each real answer must fit its closed schema, and every part
 * of a schema must occur in some answer.
 */
import type { InjectOptions } from "fastify";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { WEEKDAYS } from "../../src/core/desk/shifts.ts";
import { HOUR, MINUTE } from "../../src/core/values/duration.ts";
import { createVault } from "../../src/db/vault.ts";
import { unsubscribeLinks } from "../../src/followup/unsubscribe.ts";
import { auditItem } from "../../src/http/contract/access/audit.ts";
import { keyItem, newKey, personItem, personLink } from "../../src/http/contract/access/people.ts";
import { sessionAnswer } from "../../src/http/contract/access/session.ts";
import {
  campaignFull,
  campaignList,
  campaignSaved,
  versionFull,
  versionItem,
} from "../../src/http/contract/campaigns.ts";
import { erasure, sharedContact, suppression } from "../../src/http/contract/contacts.ts";
import { taskCard } from "../../src/http/contract/desk/card.ts";
import { phrasePreview } from "../../src/http/contract/desk/phrase-preview.ts";
import { phrasesAnswer } from "../../src/http/contract/desk/phrases.ts";
import { shiftPage, staffPage } from "../../src/http/contract/desk/roster.ts";
import { deskState } from "../../src/http/contract/desk/state.ts";
import { receipt } from "../../src/http/contract/events.ts";
import { caseItem, deliveryItem, reminderItem } from "../../src/http/contract/lists.ts";
import { liveness, readiness } from "../../src/http/contract/operations.ts";
import { orderStory, revealedPhone } from "../../src/http/contract/orders.ts";
import { problem } from "../../src/http/contract/parts/problem.ts";
import { pageOf } from "../../src/http/contract/parts/values.ts";
import { channelItem, methodItem, shopItem } from "../../src/http/contract/pauses.ts";
import { promiseAnswer, promiseItem } from "../../src/http/contract/promises.ts";
import { receiptCounts } from "../../src/http/contract/receipts.ts";
import { rehearsal } from "../../src/http/contract/rehearsals.ts";
import { orderItem } from "../../src/http/contract/reports/order-list.ts";
import { overlapAnswer } from "../../src/http/contract/reports/overlap.ts";
import { ownerAnswer } from "../../src/http/contract/reports/owner.ts";
import { staffAnswer } from "../../src/http/contract/reports/staff.ts";
import { todayAnswer } from "../../src/http/contract/reports/today.ts";
import { recoveryReport } from "../../src/http/contract/reports.ts";
import { task, taskPhone } from "../../src/http/contract/tasks.ts";
import { preview, testSent } from "../../src/http/contract/templates.ts";
import { upcomingAnswer } from "../../src/http/contract/upcoming.ts";
import { receivedEvent } from "../support/intake.ts";
import { signedReceipts } from "../support/receipts.ts";
import { T0 } from "../support/rules.ts";
import { pathsOfSchema, removeSeen } from "./schema-paths.ts";
import { ADMIN_KEY, bearer, JSON_TYPE, NDJSON_TYPE, pieces } from "./support.ts";
import { BLOCKED, created, HELD, happen, shopifySigned, wholeApi } from "./whole.ts";

type Case = {
  /** As in the route table. */
  readonly route: string;
  readonly url?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly payload?: string | object;
};
type Group = { readonly schema: z.ZodType; readonly never?: readonly string[]; readonly cases: readonly Case[] };

const YAML = "steps:\n  - { id: nudge, at: { afterCreated: 15m }, channels: [sms] }\n";
const put = (version: number | null, minutes = 15): Pick<Case, "headers" | "payload"> => ({
  headers: version === null ? { "if-none-match": "*" } : { "if-match": `"${version}"` },
  payload: {
    yaml: YAML.replace("15", String(minutes)),
    templates: { "nudge.sms.en.hbs": "{{total}} STOP", "nudge.sms.fr.hbs": "{{total}}" },
    note: "a try",
  },
});
const ALWAYS = [
  { weekdays: WEEKDAYS, from: "00:00", to: "12:00" },
  { weekdays: WEEKDAYS, from: "12:00", to: "00:00" },
];
const PROMO = { route: "PUT /v1/campaigns/:key", url: "/v1/campaigns/promo" };
const ORDER = { id: 6200407294252, created_at: "2026-11-10T20:00:00+08:00", currency: "HKD", total_price: "199.00" };
const WEBHOOK = { route: "POST /v1/webhooks/:source/:shop", url: "/v1/webhooks/shopify/acme" };
const webhook = (topic: string) =>
  shopifySigned(
    JSON.stringify({ ...ORDER, updated_at: ORDER.created_at, financial_status: "pending", phone: "+85291234567" }),
    topic,
  );
const APPROVED = `---\naliyun: { signName: 好店, templateCode: SMS_1, params: { sum: "{{total}}" } }\n---\n催款：{{total}}`;
const KEYS = "campaign,step,channel,template,version,variant,reason,locale,tag,paymentMethod,staff,why,shop,day,hour";
const WINDOW = "from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z";
const STORIES = [
  "paid",
  "closed",
  "refunded",
  "promised",
  "unread",
  "manual",
  "away",
  "refused",
  "paused",
  "cod",
  "endless",
  "presale",
  ...HELD,
];

/** In this order: later cases read what earlier ones wrote. */
const UNSUBSCRIBE = unsubscribeLinks(createVault(Buffer.alloc(32, 7)), "")("acme", "mei@acme.cn");

const GROUPS: readonly Group[] = [
  {
    schema: receipt,
    // Only a body with more than 10,000 of them has these.
    never: [".rejectedNotListed", ".warningsNotListed"],
    cases: [
      { route: "POST /v1/events", status: 202, payload: created("one", { buyer: { id: "b1", phone: "12" } }) },
      {
        route: "POST /v1/events",
        status: 202,
        headers: NDJSON_TYPE,
        payload: `${JSON.stringify(created("two", { buyer: { id: "b2", phone: "12" } }))}\n${JSON.stringify({ ...created("bad"), type: "order.lost" })}\n{`,
      },
      { ...WEBHOOK, status: 202, ...webhook("orders/create") },
      { ...WEBHOOK, ...webhook("products/create") },
    ],
  },
  {
    schema: promiseAnswer,
    cases: [
      {
        route: "POST /v1/orders/:shop/:id/promise",
        url: "/v1/orders/acme/promised/promise",
        payload: { at: new Date(T0 + 3 * HOUR).toISOString(), reason: "cannot pay online", by: "Li" },
      },
    ],
  },
  {
    schema: phrasePreview,
    cases: [
      { route: "POST /v1/phrases/preview", payload: { template: "It is {{total}}.", locale: "en" } },
      {
        route: "POST /v1/phrases/preview",
        status: 200,
        payload: { template: "{{shop}}?", shop: "acme", order: "promised" },
      },
    ],
  },
  { schema: pageOf(task), never: [".next", ".items[]"], cases: [{ route: "GET /v1/tasks" }] },
  {
    schema: task,
    // It is not over yet.
    never: [".why", ".outcome", ".reason", ".dueAt", ".assignedUntil", ".script"],
    cases: [
      { route: "POST /v1/tasks/:id/claim" },
      { route: "POST /v1/tasks/:id/extend" },
      { route: "POST /v1/tasks/:id/touch", payload: { how: "call", result: "reached", note: "asks for the size" } },
      { route: "POST /v1/tasks/:id/release" },
      { route: "POST /v1/tasks/:id/claim" },
    ],
  },
  {
    schema: taskCard,
    // Nothing was sent so far; nobody has promised anything, and this task is not over.
    never: [
      ".sent[]",
      ".promise{",
      ".promise.",
      ".promise",
      ".task",
      ".orders[]",
      ".touches[]",
      ".tier",
      ".name",
      ".locale",
    ],
    cases: [{ route: "GET /v1/tasks/:id" }],
  },
  { schema: phrasesAnswer, cases: [{ route: "GET /v1/phrases", url: "/v1/phrases?task=:id" }] },
  { schema: taskPhone, cases: [{ route: "POST /v1/tasks/:id/contact" }] },
  {
    schema: task,
    // It ends with this one.
    never: [".why", ".leaseUntil", ".dueAt", ".assignedUntil", ".script"],
    cases: [
      {
        route: "POST /v1/tasks/:id/outcome",
        payload: { outcome: "will_pay", reason: "pays_later", promiseAt: new Date(T0 + 3 * HOUR).toISOString() },
      },
    ],
  },
  {
    schema: pageOf(task),
    // It did not end by itself.
    never: [
      ".next",
      ".items[].leaseUntil",
      ".items[].why",
      ".items[].dueAt",
      ".items[].assignedUntil",
      ".items[].script",
    ],
    cases: [{ route: "GET /v1/tasks" }, { route: "GET /v1/tasks", url: "/v1/tasks?state=done" }],
  },
  {
    schema: pageOf(promiseItem),
    // None was broken or ended.
    never: [".next", ".items[].why", ".items[].endedAt"],
    cases: [{ route: "GET /v1/promises" }, { route: "GET /v1/promises", url: "/v1/promises?state=open" }],
  },
  {
    schema: recoveryReport,
    cases: [
      { route: "GET /v1/reports/recovery" },
      { route: "GET /v1/reports/recovery", url: `/v1/reports/recovery?by=${KEYS}&${WINDOW}` },
      { route: "GET /v1/reports/recovery", url: `/v1/reports/recovery?by=campaign&horizon=30m&${WINDOW}` },
      { route: "GET /v1/reports/recovery", url: "/v1/reports/recovery?by=variant" },
      { route: "GET /v1/reports/recovery", url: "/v1/reports/recovery?by=staff,why" },
      {
        route: "GET /v1/reports/recovery",
        url: "/v1/reports/recovery?by=campaign&horizon=30m&compare=previous&from=2026-12-01T00:00:00Z&to=2026-12-31T00:00:00Z",
      },
    ],
  },
  {
    schema: ownerAnswer,
    // Only with an effect that is certain.
    never: [".costPerOrder[].high"],
    cases: [{ route: "GET /v1/reports/owner" }, { route: "GET /v1/reports/owner", url: "/v1/reports/owner?shop=acme" }],
  },
  {
    schema: revealedPhone,
    cases: [{ route: "POST /v1/orders/:shop/:id/reveal", url: "/v1/orders/acme/promised/reveal" }],
  },
  {
    schema: todayAnswer,
    // The report has the same figures, and today.test.ts the hours of two days.
    never: [".figures", ".yesterdaySoFar", ".yesterday"],
    cases: [{ route: "GET /v1/reports/today" }, { route: "GET /v1/reports/today", url: "/v1/reports/today?shop=acme" }],
  },
  {
    schema: orderStory,
    never: [".cases[].keptAt"],
    cases: STORIES.map((id) => ({ route: "GET /v1/orders/:shop/:id", url: `/v1/orders/acme/${id}` })),
  },
  {
    schema: pageOf(orderItem),
    cases: [
      { route: "GET /v1/orders" },
      { route: "GET /v1/orders", url: "/v1/orders?limit=1" },
      { route: "GET /v1/orders", url: "/v1/orders?q=endless" },
      { route: "GET /v1/orders", url: "/v1/orders?q=paid&recovered=true" },
    ],
  },
  {
    schema: pageOf(caseItem),
    cases: [{ route: "GET /v1/cases" }, { route: "GET /v1/cases", url: "/v1/cases?limit=1" }],
  },
  {
    schema: pageOf(reminderItem),
    cases: [{ route: "GET /v1/reminders" }, { route: "GET /v1/reminders", url: "/v1/reminders?limit=1" }],
  },
  {
    schema: pageOf(deliveryItem),
    cases: [{ route: "GET /v1/deliveries" }, { route: "GET /v1/deliveries", url: "/v1/deliveries?limit=1" }],
  },
  {
    schema: rehearsal,
    cases: [
      {
        route: "POST /v1/rehearsals",
        headers: NDJSON_TYPE,
        payload: [
          created("r1"),
          created("r2", { amount: "9000.00" }),
          created("r3", { tags: ["held"], buyer: { id: "r3", phone: "+8613911111111", locale: "fr" } }),
          created("r4"),
          receivedEvent("r4-paid", "order.paid", T0 + 60_000, { id: "r4", buyer: undefined }),
          "no event",
        ]
          .map((event) => JSON.stringify(event))
          .join("\n"),
      },
      {
        route: "POST /v1/rehearsals",
        url: "/v1/rehearsals?stored=2026-11-10&shop=acme&tag=d11",
        payload: {
          campaigns: {
            "promo/campaign.yaml":
              "variants: { a: 1, b: 1 }\nsteps:\n  - { id: soon, at: { afterCreated: 5m }, channels: [sms] }\n",
            "promo/soon.sms.en.hbs": "{{count}} {{total}}",
          },
          against: {
            "promo/campaign.yaml":
              "holdout: 50%\nsteps:\n  - { id: soon, at: { afterCreated: 15m }, channels: [sms] }\n",
            "promo/soon.sms.en.hbs": "{{total}} please",
          },
        },
      },
    ],
  },
  {
    schema: preview,
    cases: [
      { route: "POST /v1/templates/preview", payload: { template: APPROVED, channel: "sms", locale: "zh-CN" } },
      { route: "POST /v1/templates/preview", payload: { template: "{{total}}", channel: "sms", locale: "en" } },
      {
        route: "POST /v1/templates/preview",
        payload: { template: "---\nsubject: Pay\n---\nPay.", channel: "email", locale: "en" },
      },
      {
        route: "POST /v1/templates/preview",
        payload: { template: "{{total}}", channel: "chat", order: { shop: "acme", id: "promised" } },
      },
    ],
  },
  {
    schema: testSent,
    cases: ["+8613812345678", BLOCKED].map((to) => ({
      route: "POST /v1/templates/test",
      payload: { template: "{{total}}", campaign: "default", step: "nudge", channel: "sms", to },
    })),
  },
  {
    schema: campaignSaved,
    // Nobody pauses with it: a campaign pauses itself.
    never: [".pauseReason"],
    cases: [
      { ...PROMO, status: 201, ...put(null) },
      { ...PROMO, ...put(1, 20) },
      { route: "POST /v1/campaigns/:key/rollback", url: "/v1/campaigns/promo/rollback", payload: { note: "back" } },
      {
        route: "POST /v1/campaigns/:key/pause",
        url: "/v1/campaigns/default/pause",
        payload: { note: "stop", for: "30m" },
      },
      {
        route: "PUT /v1/campaigns/:key/templates/:name",
        url: "/v1/campaigns/promo/templates/nudge.sms.en.hbs",
        headers: { "if-match": '"3"' },
        payload: { text: "Pay {{total}} STOP" },
      },
      { route: "POST /v1/campaigns/:key/resume", url: "/v1/campaigns/held/resume" },
    ],
  },
  {
    schema: campaignFull,
    cases: ["default", "held", "promo", "later"].map((key) => ({
      route: "GET /v1/campaigns/:key",
      url: `/v1/campaigns/${key}`,
    })),
  },
  {
    schema: staffAnswer,
    // Nobody here paid after a person had called: staff-report.test.ts has that, staff-shifts.test.ts has shifts, and staff-arms.test.ts has arms and wages.
    never: [
      ".items[].recoveredAmount[]",
      ".shifts[].recoveredAmount[]",
      ".shifts[].shift",
      ".items[].hours",
      ".items[].wage",
      ".items[].wagePerOrder",
      ".arms",
      ".wages",
    ],
    cases: [{ route: "GET /v1/reports/staff", url: "/v1/reports/staff?shop=acme" }],
  },
  { schema: overlapAnswer, cases: [{ route: "GET /v1/reports/overlap" }] },
  {
    schema: upcomingAnswer,
    never: [".channels[].perMinute"],
    cases: [{ route: "GET /v1/upcoming" }, { route: "GET /v1/upcoming", url: "/v1/upcoming?for=1d" }],
  },
  {
    schema: channelItem,
    // Only of a channel that was removed while it was paused; a limit is configured in no test here.
    never: [".provider", ".ratePerSecond", ".reason"],
    cases: [
      { route: "POST /v1/channels/:name/pause", url: "/v1/channels/chat/pause", payload: { for: "2h" } },
      { route: "POST /v1/channels/:name/resume", url: "/v1/channels/sms/resume" },
    ],
  },
  {
    schema: pageOf(channelItem),
    never: [".next", ".items[].provider", ".items[].ratePerSecond", ".items[].reason"],
    cases: [{ route: "GET /v1/channels" }],
  },
  {
    schema: shopItem,
    // Only a channel pauses itself.
    never: [".reason"],
    cases: [
      { route: "POST /v1/shops/:name/pause", url: "/v1/shops/acme/pause", payload: { for: "2h", note: "wait" } },
      { route: "POST /v1/shops/:name/pause", url: "/v1/shops/acme/pause" },
      { route: "POST /v1/shops/:name/resume", url: "/v1/shops/acme/resume" },
    ],
  },
  {
    schema: pageOf(shopItem),
    never: [".next", ".items[].pausedAt", ".items[].pausedUntil", ".items[].pauseSource", ".items[].reason"],
    cases: [{ route: "GET /v1/shops" }],
  },
  {
    schema: methodItem,
    // Nobody guards the shop, and nothing paused itself.
    never: [".reason", ".recent", ".usual"],
    cases: [
      {
        route: "POST /v1/payment-methods/:shop/:method/pause",
        url: "/v1/payment-methods/acme/card/pause",
        payload: { for: "2h" },
      },
      { route: "POST /v1/payment-methods/:shop/:method/pause", url: "/v1/payment-methods/acme/card/pause" },
      { route: "POST /v1/payment-methods/:shop/:method/resume", url: "/v1/payment-methods/acme/card/resume" },
    ],
  },
  {
    schema: pageOf(methodItem),
    never: [".next", ".items[].pausedUntil", ".items[].recent", ".items[].usual"],
    cases: [{ route: "GET /v1/payment-methods" }],
  },
  {
    schema: campaignList,
    never: [".next", ".paused[].pausedUntil"],
    cases: [{ route: "GET /v1/campaigns" }],
  },
  {
    schema: pageOf(versionItem),
    cases: [
      { route: "GET /v1/campaigns/:key/versions", url: "/v1/campaigns/promo/versions" },
      { route: "GET /v1/campaigns/:key/versions", url: "/v1/campaigns/promo/versions?limit=1" },
    ],
  },
  {
    schema: versionFull,
    cases: ["default/versions/1", "held/versions/1", "promo/versions/2"].map((path) => ({
      route: "GET /v1/campaigns/:key/versions/:version",
      url: `/v1/campaigns/${path}`,
    })),
  },
  {
    schema: z.literal(""),
    cases: [
      { route: "DELETE /v1/campaigns/:key/versions/:version", url: "/v1/campaigns/promo/versions/2", status: 204 },
    ],
  },
  {
    schema: pageOf(sharedContact),
    cases: [
      { route: "GET /v1/contacts/shared" },
      { route: "GET /v1/contacts/shared", url: "/v1/contacts/shared?limit=1" },
    ],
  },
  {
    schema: receiptCounts,
    cases: [
      {
        route: "POST /v1/receipts/:channel",
        url: "/v1/receipts/hook",
        ...signedReceipts(
          '[{"type":"delivered","messageId":"m1"},{"type":"reply","from":"+8613812345678","text":"no"}]',
        ),
      },
    ],
  },
  {
    schema: suppression,
    cases: [
      { route: "POST /v1/suppressions", status: 201, payload: { shop: "acme", address: "13812345678" } },
      { route: "POST /v1/suppressions", payload: { shop: "acme", address: "+8613812345678" } },
      { route: "POST /v1/suppressions", status: 201, payload: { shop: "acme", address: "openid-1", kind: "wechat" } },
      { route: "POST /v1/suppressions", status: 201, payload: { shop: "acme", address: "li@acme.cn" } },
    ],
  },
  {
    schema: erasure,
    cases: [{ route: "POST /v1/erasures", payload: { shop: "acme", buyer: "b-endless" } }],
  },
  {
    schema: pageOf(suppression),
    cases: [{ route: "GET /v1/suppressions" }, { route: "GET /v1/suppressions", url: "/v1/suppressions?limit=1" }],
  },
  {
    schema: z.literal(""),
    cases: [
      { route: "DELETE /v1/suppressions/:id", status: 204 },
      { route: "POST /v1/session", status: 204, payload: { key: ADMIN_KEY }, headers: { authorization: "" } },
      { route: "DELETE /v1/session", status: 204 },
    ],
  },
  // A key has no session: those of browsers are in session.test.ts.
  { schema: sessionAnswer, never: [".csrf", ".endsAt"], cases: [{ route: "GET /v1/session" }] },
  {
    schema: pageOf(auditItem),
    cases: [{ route: "GET /v1/audit" }, { route: "GET /v1/audit", url: "/v1/audit?limit=1" }],
  },
  {
    schema: personLink,
    cases: [
      { route: "POST /v1/users", status: 201, payload: { name: "Vera", role: "operator" } },
      { route: "POST /v1/users/:name/password", url: "/v1/users/Vera/password" },
    ],
  },
  {
    schema: staffPage,
    cases: [
      {
        route: "PUT /v1/staff",
        headers: { "if-match": '"0"' },
        payload: {
          items: [
            {
              name: "Vera",
              ...{ shops: ["acme"], languages: ["zh-cn"], teams: ["vip"] },
              costPerHour: { amount: "120.50", currency: "CNY" },
            },
          ],
        },
      },
    ],
    // She has no shift yet.
    never: [".on[]"],
  },
  {
    schema: shiftPage,
    cases: [
      {
        route: "PUT /v1/shifts",
        headers: { "if-match": '"0"' },
        payload: { items: ALWAYS.map((span) => ({ person: "Vera", ...span, zone: "Asia/Shanghai" })) },
      },
      { route: "GET /v1/shifts" },
    ],
  },
  { schema: staffPage, cases: [{ route: "GET /v1/staff" }] },
  {
    schema: deskState,
    // Nobody of the staff here has called anybody: desk-state.test.ts has that.
    never: [".people[].lastTouchAt"],
    cases: [{ route: "GET /v1/desk" }],
  },
  { schema: z.literal(""), cases: [{ route: "DELETE /v1/users/:name", url: "/v1/users/Vera", status: 204 }] },
  { schema: pageOf(personItem), never: [".next"], cases: [{ route: "GET /v1/users" }] },
  { schema: newKey, cases: [{ route: "POST /v1/keys", status: 201, payload: { name: "reports", role: "viewer" } }] },
  { schema: z.literal(""), cases: [{ route: "DELETE /v1/keys/:name", url: "/v1/keys/reports", status: 204 }] },
  { schema: pageOf(keyItem), never: [".next"], cases: [{ route: "GET /v1/keys" }] },
  { schema: liveness, cases: [{ route: "GET /healthz" }] },
  { schema: readiness, cases: [{ route: "GET /readyz" }] },
  {
    // A webhook above had such a topic.
    schema: z.string().regex(/^dunlin_webhooks_total\{source="shopify",result="unknown_topic"\} [1-9]/m),
    cases: [{ route: "GET /metrics" }],
  },
  {
    schema: z.string().min(1),
    cases: [
      { route: "GET /v1/unsubscribe/:token", url: UNSUBSCRIBE },
      { route: "POST /v1/unsubscribe/:token", url: UNSUBSCRIBE },
      { route: "GET /v1/welcome/:token", url: "/v1/welcome/none", status: 404 },
      { route: "POST /v1/welcome/:token", url: "/v1/welcome/none", status: 404 },
      { route: "GET /v1/reports/recovery", url: "/v1/reports/recovery?format=csv" },
      // It describes the others; openapi.test.ts compares it with docs/openapi.json.
      { route: "GET /openapi.json" },
    ],
  },
  {
    schema: problem,
    // Only a stream that fails has these: the last test asks for one.
    never: [
      ".accepted",
      ".duplicates",
      ".resumeFrom",
      ".rejected",
      ".rejectedNotListed",
      ".warnings",
      ".warningsNotListed",
    ],
    cases: [
      // No provider of this configuration has a token, or checks the address.
      {
        route: "POST /v1/receipts/:channel/:token",
        url: "/v1/receipts/hook/t",
        status: 404,
        ...signedReceipts("{}"),
      },
      { route: "GET /v1/receipts/:channel", url: "/v1/receipts/hook", status: 401 },
      { route: "POST /v1/tasks/:id/assign", url: "/v1/tasks/t1/assign", status: 404, payload: { to: "Nobody" } },
      { route: "GET /v1/cases", status: 401, headers: { authorization: "Bearer nobody" } },
      { route: "POST /v1/cases/:shop/:id/take", url: "/v1/cases/acme/nope/take", status: 404 },
      { route: "GET /v1/orders/:shop/:id", url: "/v1/orders/acme/nope", status: 404 },
      { route: "GET /v1/cases", url: "/v1/cases?colour=red", status: 422 },
      // The name of a person who may sign in no longer stays taken, also for keys.
      { route: "PUT /v1/staff", status: 428, payload: { items: [] } },
      { route: "PUT /v1/staff", status: 412, headers: { "if-match": '"7"' }, payload: { items: [] } },
      { route: "PUT /v1/shifts", status: 412, headers: { "if-match": '"7"' }, payload: { items: [] } },
      { route: "PUT /v1/staff", status: 422, headers: { "if-match": '"1"' }, payload: { items: [{ name: "Nobody" }] } },
      { route: "POST /v1/keys", status: 409, payload: { name: "Vera", role: "viewer" } },
      { route: "POST /v1/users", status: 422, payload: { name: "admin key", role: "viewer" } },
      { route: "POST /v1/users/:name/password", url: "/v1/users/Nobody/password", status: 404 },
      { route: "DELETE /v1/keys/:name", url: "/v1/keys/reports", status: 404 },
      {
        route: "PUT /v1/session/password",
        status: 422,
        payload: { old: "correct horse battery", password: "another horse battery" },
      },
      { route: "POST /v1/templates/preview", status: 422, payload: { channel: "sms" } },
      { route: "POST /v1/events", status: 422, payload: { ...created("bad"), type: "order.lost" } },
      { ...PROMO, status: 412, ...put(1) },
      { ...PROMO, status: 422, ...put(3), payload: { yaml: "steps: []\n", templates: {} } },
    ],
  },
];

/** The id of the thing, or of the first on the page. */
const idIn = (body: unknown): string | undefined => Object(body).id ?? Object(body).items?.[0]?.id;

const isUnder = (path: string, prefix: string) => path === prefix || /^[.[{]/.test(path.slice(prefix.length));

describe("the answers of the API", () => {
  it("fit their closed schemas, on every route and with every part of each schema", async () => {
    const whole = await wholeApi();
    const { app } = whole;
    const routes = new Set<string>();
    app.addHook("onRoute", ({ method, url }) => {
      for (const each of [method].flat()) if (each !== "HEAD") routes.add(`${each} ${url}`);
    });
    await app.ready();
    await happen(whole);

    let last: string | undefined;
    for (const { schema, never = [], cases } of GROUPS) {
      const unseen = pathsOfSchema(schema);
      for (const one of cases) {
        const [method = "", path = ""] = one.route.split(" ");
        const answer = await app.inject({
          method: method as NonNullable<InjectOptions["method"]>,
          url: (one.url ?? path).replace(":id", last ?? ""),
          headers: { ...bearer(), ...(one.payload === undefined ? {} : JSON_TYPE), ...one.headers },
          ...(one.payload === undefined ? {} : { payload: one.payload }),
        });
        const title = `${method} ${one.url ?? path}`;
        expect([answer.statusCode, title], answer.body).toEqual([one.status ?? 200, title]);
        const isJson = schema instanceof z.ZodObject;
        const body: unknown = isJson ? answer.json() : answer.body;
        expect(schema.safeParse(body).error, title).toBeUndefined();
        if (isJson) last = idIn(body) ?? last;
        removeSeen(unseen, body);
        routes.delete(one.route);
      }
      const missing = [...unseen].filter(
        (path) => !never.some((prefix) => path.startsWith(prefix) && isUnder(path, prefix)),
      );
      expect(missing, `parts of the answer of ${cases[0]?.route} that no case has`).toEqual([]);
    }
    // It does not end: live.test.ts reads it.
    routes.delete("GET /v1/stream");
    // They answer as bull-board does: queues.test.ts asks them.
    for (const route of [...routes]) if (route.includes(" /queues")) routes.delete(route);
    expect([...routes], "routes without a case").toEqual([]);
  });

  it("fit the schema of a problem also when a stream fails", async () => {
    const { app, database } = await wholeApi();
    await database.setNow(T0 + MINUTE);
    const open = app.inject({
      method: "POST",
      url: "/v1/events",
      headers: { ...bearer(), ...NDJSON_TYPE },
      payload: pieces([`${JSON.stringify(created("s1"))}\n{\n`.repeat(1_000)], false),
    });
    await expect
      .poll(async () => (await database.sql`select from order_events`).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    await app.close();
    const answer = (await open).json();
    expect(answer).toMatchObject({ code: "shutting_down", accepted: 1, resumeFrom: { line: 2_001 } });
    expect(answer.rejected.length).toBeGreaterThan(0);
    expect(problem.safeParse(answer).error).toBeUndefined();
  });
});
