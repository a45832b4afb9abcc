import { describe, expect, it } from "vitest";
import { campaignDoubts } from "../../../../src/core/campaign/campaign-doubts.ts";
import { canonicalCampaign, parseCampaignFile } from "../../../../src/core/campaign/campaign-file.ts";
import { formatFault } from "../../../../src/core/text/yaml-faults.ts";
import { DAY, HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import { DEFAULT_PAUSE_WHEN } from "../../../../src/core/values/policy.ts";

const STEPS = "steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n";
const parse = (text: string, channels = ["sms", "chat"]) => parseCampaignFile("double11", text, channels);
const campaignOf = (text: string) => {
  const result = parse(text);
  if (!result.ok) throw new Error(result.faults.map((fault) => formatFault("c", fault)).join("\n"));
  return result.value;
};
const faultsOf = (text: string, channels?: string[]) => {
  const result = parse(text, channels);
  return result.ok ? [] : result.faults.map((fault) => formatFault("c", fault));
};

describe("defaults", () => {
  it("are those of the public contract", () => {
    expect(campaignOf(STEPS)).toEqual({
      key: "double11",
      name: "double11",
      priority: 0,
      active: { from: null, to: null },
      match: { shops: null, tags: null, amount: null },
      exclude: null,
      steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: ["sms"] }],
      variants: [],
      holdout: 0,
      quietHours: null,
      limits: { max: 3, per: DAY, gap: 10 * MINUTE },
      repeatAfter: 20 * HOUR,
      paidSilence: DAY,
      minAge: 3 * MINUTE,
      minLead: 2 * MINUTE,
      staleAfter: HOUR,
      whenTight: "pull",
      attributionWindow: DAY,
      pauseWhen: DEFAULT_PAUSE_WHEN,
      manual: null,
    });
  });

  it("stay where a part is given", () => {
    expect(campaignOf(`${STEPS}limits: { max: 1 }`).limits).toEqual({ max: 1, per: DAY, gap: 10 * MINUTE });
    expect(campaignOf(`${STEPS}match: { amount: { min: 30 } }`).match).toEqual({
      shops: null,
      tags: null,
      amount: { min: "30", max: null },
    });
  });
});

describe("values", () => {
  it.each([
    ["holdout: 5%", { holdout: 0.05 }],
    ["pauseWhen: off", { pauseWhen: null }],
    ["pauseWhen: { optOut: 0.5%, atLeast: 50 }", { pauseWhen: { ...DEFAULT_PAUSE_WHEN, optOut: 0.005, atLeast: 50 } }],
    ["holdout: 100%", { holdout: 1 }],
    ["holdout: 0", { holdout: 0 }],
    ["quietHours: off", { quietHours: "off" }],
    ["paidSilence: off", { paidSilence: null }],
    [
      "variants: { a: 50, b: 50 }",
      {
        variants: [
          { key: "a", weight: 50 },
          { key: "b", weight: 50 },
        ],
      },
    ],
    ["active: { from: 2026-11-10T20:00:00+08:00 }", { active: { from: Date.UTC(2026, 10, 10, 12), to: null } }],
    ["exclude: { tags: [no-remind] }", { exclude: { shops: null, tags: ["no-remind"], amount: null } }],
    ['manual: { amountAtLeast: "1000.00" }', { manual: { amountAtLeast: "1000.00", handBackAfter: 7_200_000 } }],
    [
      'manual: { amountAtLeast: { CNY: "3000", EUR: 400 } }',
      { manual: { amountAtLeast: { CNY: "3000", EUR: "400" }, handBackAfter: 7_200_000 } },
    ],
    [
      'match: { amount: { min: { CNY: "30" }, max: "90" } }',
      { match: { shops: null, tags: null, amount: { min: { CNY: "30" }, max: "90" } } },
    ],
    ["manual: { noContact: true }", { manual: { amountAtLeast: null, noContact: true } }],
    ["manual: { unknown: true }", { manual: { amountAtLeast: null, unknown: true } }],
    ["manual: { tiers: [gold] }", { manual: { amountAtLeast: null, tiers: ["gold"], handBackAfter: 7_200_000 } }],
    [
      "manual: { tiers: [gold], team: vip, claimWithin: 5m, holdout: 10% }",
      { manual: { team: "vip", claimWithin: 300_000, holdout: 0.1 } },
    ],
    ['manual: { amountAtLeast: "9", handBackAfter: 90m }', { manual: { handBackAfter: 5_400_000 } }],
    ['manual: { amountAtLeast: "9", handBackAfter: never }', { manual: { handBackAfter: null } }],
    ["minLead: 45s", { minLead: 45_000 }],
  ])("%s", (text, expected) => {
    expect(campaignOf(STEPS + text)).toMatchObject(expected);
  });
});

describe("faults", () => {
  it.each([
    ["", "c:1: steps: is required"],
    ["steps: []", "c:1: steps: needs at least one step"],
    [`${STEPS}holdout: 105%`, "c:2: holdout: must be at most 100%"],
    [`${STEPS}holdout: 0.05`, "c:2: holdout: must be a percentage like 5%"],
    [`${STEPS}prioritiy: 1`, "c:2: prioritiy: unknown key (did you mean `priority`?)"],
    [`${STEPS}limits:\n  max: 3\n  gpa: 10m`, "c:4: limits.gpa: unknown key (did you mean `gap`?)"],
    [`${STEPS}active: { from: 2026-11-10T20:00:00 }`, "c:2: active.from: must be an instant with an offset"],
    [`${STEPS}paidSilence: of`, "c:2: paidSilence: must be off or a duration like 24h"],
    [`${STEPS}quietHours: { from: "24:00", to: "08:00" }`, "c:2: quietHours.from: must be a time of day"],
    [`${STEPS}whenTight: push`, "c:2: whenTight: must be one of pull, skip"],
    [`${STEPS}match: { tags: [618] }`, "c:2: match.tags[0]: must be text (put it in quotes)"],
    [`${STEPS}exclude: {}`, "c:2: exclude: needs shops, tags or amount"],
    [`${STEPS}match: { amount: { min: "9.50", max: "9.4" } }`, "c:2: match.amount.min: must not be more than `max`"],
    [
      `${STEPS}match: { amount: { min: { CNY: "9", EUR: "3" }, max: { EUR: "2", CNY: "9" } } }`,
      "c:2: match.amount.min: must not be more than `max` in EUR",
    ],
    [`${STEPS}manual: { amountAtLeast: { cny: "9" } }`, "c:2: manual.amountAtLeast.cny: is not an ISO 4217 currency"],
    [`${STEPS}manual: { amountAtLeast: { CNY: x } }`, "c:2: manual.amountAtLeast.CNY: must be an amount like"],
    [
      `${STEPS}manual: { amountAtLeast: "9", handBackAfter: off }`,
      "c:2: manual.handBackAfter: must be never or a duration like 2h",
    ],
    [`${STEPS}manual: { amountAtLeast: {} }`, "c:2: manual.amountAtLeast: needs at least one currency"],
    [`${STEPS}manual: { handBackAfter: 2h }`, "c:2: manual: needs amountAtLeast, tiers, noContact: true or"],
    [`${STEPS}manual: { tiers: [a], claimWithin: 0s }`, "c:2: manual.claimWithin: must be longer than 0s"],
    [`${STEPS}manual: { tiers: [a], holdout: 110% }`, "c:2: manual.holdout: must be at most 100%"],
    [`${STEPS}manual: { tiers: [a], team: "a b" }`, "c:2: manual.team: must be letters, digits and dashes"],
    [`${STEPS}manual: { tiers: [] }`, "c:2: manual.tiers: must not be empty"],
    [`${STEPS}manual: { amountAtLeast: [3] }`, 'c:2: manual.amountAtLeast: must be an amount like "30.00", or one for'],
    [`${STEPS}variants: { a: 0 }`, "c:2: variants: needs at least one variant"],
    [
      `${STEPS}active: { from: 2026-11-12T00:00:00Z, to: 2026-11-12T00:00:00Z }`,
      "c:2: active.from: must be before `to`",
    ],
    ["steps: [{ id: a.b, at: { afterCreated: 1m }, channels: [sms] }]", "c:1: step 1: id: must be letters"],
    ["steps: [{ id: a, at: {}, channels: [sms] }]", "c:1: step a: at: needs exactly one of"],
    [
      "steps: [{ id: a, at: { afterCreated: 1m, beforeClose: 1m }, channels: [sms] }]",
      "c:1: step a: at: needs exactly",
    ],
    ["steps: [{ id: a, at: { afterCreated: 1m }, channels: [] }]", "c:1: step a: channels: needs at least one"],
    [
      "steps: [{ id: a, at: { afterCreated: 1m }, channels: [sms, sms] }]",
      "c:1: step a: channels[1]: names sms twice: remove one",
    ],
  ])("%j", (text, message) => {
    const faults = faultsOf(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(message);
  });

  it.each([
    ["name: x\npriority：100\nsteps: []", 2, "：", "a colon and a space"],
    ["steps: [{ id: a, at: { afterCreated：1m }, channels: [sms] }]", 1, "：", "a colon and a space"],
    ["steps: [{ id: a, at: { afterCreated: 1m }, channels: [sms，chat] }]", 1, "，", "a comma"],
    ["quietHours: { from: “22:00”, to: “08:00” }\nsteps: []", 1, "“", 'straight quotes, "'],
    ["steps: ［{ id: a }］", 1, "［", "[ or {"],
    ["steps:\n－ { id: a }", 2, "－", "a hyphen and a space"],
  ])("name a full-width sign in place of one of YAML: %j", (text, line, sign, write) => {
    const parsed = parseCampaignFile("c", text, ["sms", "chat"]);
    const said = parsed.ok ? [] : parsed.faults.map((fault) => `${fault.line} ${fault.path}${fault.message}`);
    expect(said).toContain(`${line} has a full-width ${sign}, which YAML takes for text: write ${write}`);
    expect(said.filter((fault) => fault.startsWith(`${line} `))).toHaveLength(1);
  });

  it("leave such signs in a sentence alone", () => {
    const text = "name: 双十一：大促，“好”［1］\nsteps: [{ id: a, at: { afterCreated: 1m }, channels: [sms] }]";
    expect(parseCampaignFile("c", text, ["sms"]).ok).toBe(true);
  });

  it("come out all at once, contradictions and plain mistakes alike", () => {
    const text = `holdout: 105%
active: { from: 2026-11-12T20:00:00+08:00, to: 2026-11-12T00:00:00+08:00 }
steps:
  - id: nudge
    at: { afterCreated: ten }
    channels: [sms]
  - id: nudge
    at: { beforeClose: 30m }
    channels: [pigeon]
`;
    expect(faultsOf(text).map((fault) => fault.slice(0, 25))).toEqual([
      "c:1: holdout: must be at ",
      "c:2: active.from: must be",
      "c:5: step nudge: at.after",
      "c:7: step nudge: id: is a",
      "c:9: step nudge: channels",
    ]);
  });
});

describe("channels that are not configured", () => {
  const step = (channels: string) => `steps: [{ id: a, at: { afterCreated: 10m }, channels: ${channels} }]`;
  it.each([
    ["[chat, sms]", ["sms"], []],
    ["[chat]", ["sms"], []],
    ["[sms, pigeon]", ["sms"], ["c:1: step a: channels[1]: no channel pigeon is configured (there are sms)"]],
    ["[smss]", ["sms"], ["c:1: step a: channels[0]: no channel smss is configured (did you mean `sms`?)"]],
  ])("%s with %j", (channels, configured, faults) => {
    expect(faultsOf(step(channels), configured)).toEqual(faults);
  });
});

describe("a campaign that reminds of nothing is warned of, not refused", () => {
  const step = (at: string) => `steps: [{ id: a, at: { ${at} }, channels: [sms] }]`;
  it.each([
    [`whenTight: skip\n${step("beforeClose: 1m")}`, [[["steps", 0, "at"], "is always later than minLead (2m)"]]],
    [`whenTight: skip\n${step("afterCreated: 1m")}`, [[["steps", 0, "at"], "is always sooner than minAge (3m)"]]],
    [`whenTight: skip\n${step("beforeClose: 2m")}`, []],
    [`whenTight: skip\n${step("afterCreated: 90s")}`, []],
    [step("beforeClose: 1m"), []],
    [`${STEPS}match: { tags: [a] }\nexclude: { tags: [a, b] }`, [[["exclude", "tags"], "excludes every tag"]]],
    [`${STEPS}match: { tags: [Vip] }\nexclude: { tags: [" VIP"] }`, [[["exclude", "tags"], "excludes every tag"]]],
    [`${STEPS}match: { tags: [a, c] }\nexclude: { tags: [a, b] }`, []],
    [`${STEPS}match: { tags: [a] }\nexclude: { tags: [a], amount: { min: "9" } }`, []],
  ])("%j", (text, expected) => {
    const doubts = [...campaignDoubts(campaignOf(text))];
    expect(doubts).toEqual(expected.map(([path, message]) => [path, expect.stringContaining(String(message))]));
  });
});

it("has one canonical form, whatever the order and spelling of keys", () => {
  const a = campaignOf(`${STEPS}holdout: 5%\nminAge: 180s\nlimits: { gap: 10m, max: 3 }`);
  const b = campaignOf(`limits: { max: 3 }\nholdout: 5.0%\n${STEPS}`);
  expect(canonicalCampaign(a)).toBe(canonicalCampaign(b));
  expect(canonicalCampaign(campaignOf(`${STEPS}minAge: 4m`))).not.toBe(canonicalCampaign(b));
});
