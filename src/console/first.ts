/** The needs of each page at its opening: its code, and the answers that it shows, the most needed one first. */
export type First = {
  readonly at: RegExp;
  readonly load: () => Promise<unknown>;
  /** Addresses of the API, as the queries of the page ask for them. */
  readonly asks: readonly string[];
};

/** The answers that the frame of every page shows. */
export const FRAME_ASKS = ["/v1/campaigns"];

export const FIRST = {
  today: {
    at: /^\/$/,
    load: () => import("./pages/today/today-page.tsx"),
    // The server counts weeks for the others, and would be slower with these: they are asked for when the page is drawn.
    asks: ["/v1/reports/today", "/v1/upcoming?for=1h"],
  },
  campaigns: {
    at: /^\/campaigns$/,
    load: () => import("./pages/campaigns/list/campaigns-page.tsx"),
    asks: ["/v1/reports/recovery?by=campaign&from=-30d", "/v1/reports/overlap"],
  },
  newCampaign: {
    at: /^\/campaigns\/new\//,
    load: () => import("./pages/campaigns/new/new-campaign-page.tsx"),
    asks: ["/v1/channels"],
  },
  campaign: {
    at: /^\/campaigns\/[^/]+$/,
    load: () => import("./pages/campaigns/editor/editor-page.tsx"),
    asks: [],
  },
  orders: {
    at: /^\/orders$/,
    load: () => import("./pages/orders/orders-page.tsx"),
    asks: ["/v1/orders?limit=50", "/v1/shops"],
  },
  order: {
    at: /^\/orders\//,
    load: () => import("./pages/orders/order-page.tsx"),
    asks: [],
  },
  deliveries: {
    at: /^\/deliveries$/,
    load: () => import("./pages/deliveries/deliveries-page.tsx"),
    asks: ["/v1/deliveries?limit=50", "/v1/channels", "/v1/shops"],
  },
  reports: {
    at: /^\/reports$/,
    load: () => import("./pages/reports/reports-page.tsx"),
    asks: [],
  },
  rehearsal: {
    at: /^\/rehearsal$/,
    load: () => import("./pages/rehearsal/rehearsal-page.tsx"),
    asks: ["/v1/shops"],
  },
  next: {
    at: /^\/next$/,
    load: () => import("./pages/next/next-page.tsx"),
    asks: [],
  },
  followUp: {
    at: /^\/follow-up$/,
    load: () => import("./pages/follow-up/follow-up-page.tsx"),
    asks: [],
  },
  settings: {
    at: /^\/settings(\/|$)/,
    load: () => import("./pages/settings/settings-page.tsx"),
    asks: [],
  },
} satisfies Readonly<Record<string, First>>;
