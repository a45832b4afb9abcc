/** Small answers of each verb, for stubs. */

import type { campaignFull, versionFull } from "../../src/http/contract/campaigns.ts";
import type { suppression } from "../../src/http/contract/contacts.ts";
import type { taskCard } from "../../src/http/contract/desk/card.ts";
import type { reminderItem } from "../../src/http/contract/lists.ts";
import type { OrderStory } from "../../src/http/contract/orders.ts";
import type { Answer } from "../../src/http/contract/parts/values.ts";
import type { channelItem, methodItem, shopItem } from "../../src/http/contract/pauses.ts";
import type { PromiseAnswer, promiseItem } from "../../src/http/contract/promises.ts";
import type { ownerAnswer } from "../../src/http/contract/reports/owner.ts";
import type { todayAnswer } from "../../src/http/contract/reports/today.ts";
import type { RecoveryReport } from "../../src/http/contract/reports.ts";
import type { TaskItem } from "../../src/http/contract/tasks.ts";
import type { preview, testSent } from "../../src/http/contract/templates.ts";

const AT = "2026-11-10T20:00:00+08:00";

const totals: RecoveryReport["totals"] = {
  orders: 3,
  cases: 3,
  manualCases: 1,
  manualWaiting: 0,
  planned: 0,
  unplannedCases: 0,
  sent: 0,
  delivered: 0,
  failed: 0,
  unknown: 0,
  optOuts: 0,
  skipped: 0,
  cancelled: 0,
  pending: 0,
  remindedOrders: 0,
  recoveredOrders: 0,
  recoveryRate: null,
  recoveredAmount: [],
  segments: 0,
  cost: [],
  roi: null,
  roiByCurrency: [],
  medianTimeToPay: null,
  treatedBuyers: 0,
  treatedOrders: 0,
  treatedPaidRate: null,
  holdoutBuyers: 0,
  holdoutOrders: 0,
  holdoutPaidRate: null,
  openBuyers: 0,
  unmeasuredBuyers: 0,
  lift: null,
  liftLow: null,
  liftHigh: null,
  moreBuyers: null,
  extraOrders: null,
  extraOrdersLow: null,
  extraOrdersHigh: null,
  extraAmount: [],
};
export const REPORT: RecoveryReport = {
  from: null,
  to: null,
  zone: "Asia/Shanghai",
  periods: [{ zone: "Asia/Shanghai", shops: ["acme"], from: null, to: null }],
  by: ["campaign"],
  columns: ["campaign", ...Object.keys(totals)],
  rows: [{ campaign: "d11", ...totals }],
  totals,
  previous: null,
  variants: [],
  warnings: [],
};

export const OWNER: Answer<typeof ownerAnswer> = {
  shop: null,
  zone: "Asia/Shanghai",
  from: AT,
  to: AT,
  verdict: "no_data",
  word: "no data",
  sentence: "No reminder was due.",
  needs: null,
  figures: totals,
  costPerOrder: [],
  weeks: [],
  unmeasured: [],
  holdout: { casesAMonth: 3, suggested: 0.2, current: [] },
  warnings: [],
};

const hour = { hour: "2026-11-10T20:00:00+08:00", orders: 3, sent: 2, delivered: 2, recoveredOrders: 1 };
export const TODAY: Answer<typeof todayAnswer> = {
  zone: "Asia/Shanghai",
  periods: [{ zone: "Asia/Shanghai", shops: ["acme"], from: AT, to: AT }],
  unpaid: { orders: 2, amounts: [{ amount: "258.00", currency: "CNY" }] },
  figures: totals,
  yesterdaySoFar: totals,
  hours: [hour],
  yesterday: [hour],
};

export const STORY: OrderStory = {
  order: {
    shop: "acme",
    id: "o1",
    number: "#1006",
    status: "unpaid",
    amount: "129.00",
    partPaid: null,
    partRefunded: null,
    currency: "CNY",
    createdAt: AT,
    closesAt: null,
    paidAt: null,
    refundedAt: null,
    closedAt: null,
    closeReason: null,
    seenAt: AT,
    paymentMethod: null,
    notChased: null,
    buyer: "b1",
  },
  events: [],
  cases: [],
  reminders: [],
  recovery: null,
  ending: { code: "not_paid", text: "Not paid yet." },
};

export const REMINDER: Answer<typeof reminderItem> = {
  shop: "acme",
  id: "r1",
  buyer: "b1",
  campaign: "default",
  orders: ["o1"],
  case: "c1",
  campaignVersion: "1",
  step: "nudge",
  variant: null,
  kind: "send",
  state: "planned",
  reason: null,
  dueAt: AT,
  decidedAt: null,
};

export const PROMISE: PromiseAnswer = {
  shop: "acme",
  case: "c1",
  orders: ["o1"],
  at: AT,
  reason: null,
  by: null,
  manual: false,
  effect: "No reminder of o1 is sent before then.",
};

export const PREVIEW: Answer<typeof preview> = {
  text: "hello",
  locale: "en",
  characters: 5,
  segments: 1,
  encoding: "GSM-7",
  cost: null,
  params: {},
  approved: null,
  subject: null,
  recent: null,
  warnings: [],
};

export const VERSION: Answer<typeof versionFull> = {
  key: "default",
  version: 1,
  createdAt: AT,
  createdBy: "alice",
  source: "file",
  fromVersion: null,
  note: null,
  digest: "d1",
  yaml: "",
  templates: {},
  campaign: null,
};
export const CAMPAIGN: Answer<typeof campaignFull> = {
  ...VERSION,
  paused: false,
  pausedAt: null,
  pausedUntil: null,
  pauseSource: null,
  pauseReason: null,
  retired: false,
  editedSinceApply: false,
};

export const SHOP: Answer<typeof shopItem> = {
  name: "acme",
  paused: false,
  pausedAt: null,
  pausedUntil: null,
  pauseSource: null,
  reason: null,
  currency: "CNY",
};
const { name: _, ...RUNS } = SHOP;
export const METHOD: Answer<typeof methodItem> = { ...RUNS, shop: "acme", method: "alipay", recent: null, usual: null };
export const CHANNEL: Answer<typeof channelItem> = {
  ...SHOP,
  ...{ name: "sms", provider: "console", ratePerSecond: null, health: "healthy", down: null, setup: null },
  ...{ recent: { attempts: 0, failed: 0 }, lastFailure: null },
};

export const SUPPRESSION: Answer<typeof suppression> = {
  id: "0193b3c0-0000-7000-8000-000000000001",
  shop: "acme",
  kind: "phone",
  masked: "+86138****5678",
  reason: "manual",
  source: "alice",
  at: AT,
};

export const TEST_SENT: Answer<typeof testSent> = {
  kind: "accepted",
  key: "test-1",
  to: "+86138****5678",
  messageId: null,
  segments: 1,
  failure: null,
};

export const PROMISED: Answer<typeof promiseItem> = {
  ...{ id: "p1", shop: "acme", case: "c1", task: "t1", campaign: "default", buyer: "+86138****5678", orders: ["o1"] },
  amount: [{ amount: "5000.00", currency: "CNY" }],
  ...{
    closesAt: AT,
    at: AT,
    recordedAt: AT,
    by: "Vera",
    reason: "pays_later",
    state: "open",
    why: null,
    endedAt: null,
  },
};

export const TASK: TaskItem = {
  id: "t1",
  kind: "high_value",
  shop: "acme",
  timeZone: "Asia/Shanghai",
  case: "c1",
  campaign: "default",
  buyer: "+86138****5678",
  orders: ["o1"],
  amount: [{ amount: "5000.00", currency: "CNY" }],
  closesAt: AT,
  createdAt: AT,
  dueAt: null,
  assignee: "Vera",
  leaseUntil: AT,
  assignedUntil: null,
  state: "claimed",
  why: null,
  outcome: null,
  reason: null,
  script: null,
  touches: 0,
  version: 2,
};

export const CARD: Answer<typeof taskCard> = {
  ...{ task: TASK, name: "李雷", tier: "gold", locale: "zh-CN", sent: [], touches: [], promise: null },
  orders: [
    {
      ...{ id: "o1", number: "#1006", closesAt: AT, amount: { amount: "5000.00", currency: "CNY" } },
      items: [{ sku: "T-1", title: "Oolong", quantity: 2 }],
    },
  ],
};

const ARM = { cases: 0, paidCases: 0, rate: null, open: 0 };
const NOT_MEASURED = { difference: null, low: null, high: null, verdict: "not_measured" as const };
const VERAS_FIGURES = {
  ...{ person: "vera", tasks: 1, reached: 1, recoveredCases: 1, rate: 1, rateLow: 0.2, rateHigh: 1 },
  ...{ recoveredOrders: 1, recoveredAmount: [], promises: 0, promisesKept: 0, medianMinutesToContact: null },
};
export const STAFF_REPORT = {
  items: [
    {
      ...VERAS_FIGURES,
      hours: 8,
      wage: { amount: "484.00", currency: "CNY" },
      wagePerOrder: { amount: "484.00", currency: "CNY" },
    },
  ],
  shifts: [{ ...VERAS_FIGURES, shift: { from: "22:00", to: "06:00", zone: "Asia/Shanghai" } }],
  arms: {
    ...{ people: ARM, reminders: ARM, nothing: ARM, notCompared: 0 },
    ...{ peopleEffect: NOT_MEASURED, remindersEffect: NOT_MEASURED },
  },
  wages: [{ currency: "CNY", hours: 8, amount: "484.00", recoveredOrders: 1, perOrder: "484.00", perExtraCase: null }],
};
