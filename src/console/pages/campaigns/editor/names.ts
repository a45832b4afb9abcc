/** The names that a text may use, and the keys of campaign.yaml, for completion. A test holds them against those that are really known. */
export const ORDER_FIELDS = [
  "id",
  "number",
  "amount",
  "currency",
  "createdAt",
  "closesAt",
  "payUrl",
  "note",
  "items",
] as const;
export const ITEM_FIELDS = ["sku", "title", "quantity", "price"] as const;

export const VARIABLES: readonly string[] = [
  "shop",
  "buyer.name",
  "buyer.tier",
  "orders",
  ...ORDER_FIELDS.map((field) => `order.${field}`),
  "total",
  "count",
  "items",
  "closesAt",
  "timeLeft",
  "payUrl",
  "campaign",
  "step",
];

/** An example of each helper. */
export const HELPERS: Readonly<Record<string, string>> = {
  money: "money total",
  date: 'date closesAt "datetime"',
  duration: "duration timeLeft",
  plural: 'plural count "order" "orders"',
  list: 'list items "title" 2',
  truncate: "truncate order.note 20",
  mask: "mask order.id 4",
  default: 'default buyer.name "there"',
  lookup: "lookup orders 0",
  log: 'log "x"',
};

export const BLOCKS = ["if", "unless", "each", "with"] as const;

export const CAMPAIGN_KEYS: readonly string[] = [
  "name",
  "priority",
  "active",
  "match",
  "exclude",
  "steps",
  "variants",
  "holdout",
  "quietHours",
  "limits",
  "repeatAfter",
  "paidSilence",
  "minAge",
  "minLead",
  "staleAfter",
  "whenTight",
  "attributionWindow",
  "pauseWhen",
  "manual",
];
