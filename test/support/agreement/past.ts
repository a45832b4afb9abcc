/** Scenarios in which the live service and the rehearsal once differed. */
import type { Shape } from "./scenarios.ts";
import { PLAIN_CAMPAIGN, PLAIN_EVENT, PLAIN_SHOP } from "./simpler.ts";

export const PAST: readonly (Shape & { readonly about: string })[] = [
  {
    about: "an event separates two buyers, and reports the e-mail address that one of them had reported",
    shop: { ...PLAIN_SHOP, joinAtMost: 1 },
    campaigns: [
      {
        ...PLAIN_CAMPAIGN,
        steps: [{ kind: "afterCreated", ms: 4500000, channels: ["email"] }],
        inOrder: true,
        per: 1500000,
      },
    ],
    events: [
      {
        ...PLAIN_EVENT,
        type: "closed",
        order: 4,
        at: 7200000,
        buyer: { fields: ["id", "chat"], email: true, of: null, foreign: null, timeZone: null, tier: "gold" },
      },
      {
        ...PLAIN_EVENT,
        type: "created",
        order: 0,
        at: 1800000,
        buyer: { fields: ["id"], email: false, of: null, foreign: "chat", timeZone: null, tier: null },
      },
      {
        ...PLAIN_EVENT,
        type: "updated",
        order: 2,
        at: 6300000,
        buyer: { fields: ["id"], email: true, of: 0, foreign: null, timeZone: null, tier: null },
      },
      {
        ...PLAIN_EVENT,
        type: "updated",
        order: 4,
        at: 3900000,
        buyer: { fields: ["chat"], email: true, of: null, foreign: null, timeZone: null, tier: "silver" },
      },
      { ...PLAIN_EVENT, type: "created", order: 4, at: 600000 },
      { ...PLAIN_EVENT, type: "created", order: 0, at: 5100000 },
    ],
  },
  {
    about: "two joined buyers had reported one e-mail address, and are separated",
    shop: { ...PLAIN_SHOP, joinAtMost: 2 },
    campaigns: [
      {
        ...PLAIN_CAMPAIGN,
        steps: [{ kind: "afterCreated", ms: 2400000, channels: ["email"] }],
        inOrder: true,
        per: 4500000,
      },
    ],
    events: [
      {
        ...PLAIN_EVENT,
        type: "created",
        order: 1,
        at: 1800000,
        buyer: { fields: ["id"], email: true, of: null, foreign: "chat", timeZone: null, tier: null },
        presale: { paid: true, from: 6900000, to: 10800000 },
      },
      {
        ...PLAIN_EVENT,
        type: "refunded",
        order: 0,
        at: 1500000,
        buyer: { fields: ["id"], email: true, of: null, foreign: null, timeZone: null, tier: null },
      },
      {
        ...PLAIN_EVENT,
        type: "paid",
        order: 4,
        at: 7200000,
        buyer: { fields: ["id", "chat"], email: true, of: 2, foreign: null, timeZone: null, tier: "gold" },
      },
      {
        ...PLAIN_EVENT,
        type: "created",
        order: 2,
        at: 1800000,
        buyer: { fields: ["chat"], email: true, of: null, foreign: "id", timeZone: null, tier: null },
      },
    ],
  },
];
