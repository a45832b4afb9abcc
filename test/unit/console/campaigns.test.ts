/** The parts of the console's page of campaigns that decide something. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseOf, conflicts, edited, rebased, textsOf } from "../../../src/console/pages/campaigns/editor/draft.ts";
import * as names from "../../../src/console/pages/campaigns/editor/names.ts";
import { fileNameOf } from "../../../src/console/pages/campaigns/preview/file-name.ts";
import { DAY, HOUR, landings, MINUTE, type Timing } from "../../../src/console/pages/campaigns/timeline/timeline.ts";
import { parseCampaignFile } from "../../../src/core/campaign/campaign-file.ts";
import { campaignForm } from "../../../src/core/campaign/campaign-form.ts";
import { planSteps } from "../../../src/core/rules/plan.ts";
import { HELPERS, OWN_HELPERS } from "../../../src/render/template/helpers.ts";
import { kindOf, VARIABLES } from "../../../src/render/template/variables.ts";
import { campaignOf, planFacts, planOrder } from "../../support/rules.ts";

describe("the names that the editor completes", () => {
  it("are the variables, helpers and blocks of texts, all of them", () => {
    expect([...new Set(names.VARIABLES.map((path) => path.split(".")[0]))]).toEqual(VARIABLES);
    for (const path of names.VARIABLES) expect(kindOf(path), path).not.toBeNull();
    const order = kindOf("order");
    expect(order).toEqual({
      object: Object.fromEntries(names.ORDER_FIELDS.map((name) => [name, kindOf(`order.${name}`)])),
    });
    expect(kindOf("items")).toEqual({
      list: Object.fromEntries(names.ITEM_FIELDS.map((name) => [name, expect.anything()])),
    });
    expect([...Object.keys(names.HELPERS), ...names.BLOCKS].sort()).toEqual(
      [...Object.keys(HELPERS), ...OWN_HELPERS].sort(),
    );
  });

  it("are the keys of campaign.yaml", () => {
    const parsed = parseCampaignFile("x", "steps: [{ id: a, at: { afterCreated: 1h }, channels: [sms] }]", null);
    expect([...names.CAMPAIGN_KEYS].sort()).toEqual(
      parsed.ok ? Object.keys(campaignForm(parsed.value)).sort() : parsed,
    );
  });
});

it("reads the parts of a text from the name of its file", () => {
  expect(fileNameOf("nudge.sms.zh-CN.hbs")).toEqual({ step: "nudge", variant: null, channel: "sms", locale: "zh-CN" });
  expect(fileNameOf("nudge.b.sms.en.hbs")).toEqual({ step: "nudge", variant: "b", channel: "sms", locale: "en" });
  for (const other of ["campaign.yaml", "nudge.hbs", "a.b.c.d.e.hbs"]) expect(fileNameOf(other), other).toBeNull();
});

describe("unsaved changes", () => {
  const base = baseOf({ version: 1, yaml: "name: x", templates: { a: "A", b: "B" } });
  const empty = { base, changes: {} };

  it("end when a file is as it was", () => {
    const draft = edited(empty, "a", "A2");
    expect(draft?.changes).toEqual({ a: "A2" });
    expect(draft === null ? null : edited(draft, "a", "A")).toBeNull();
    expect(edited(empty, "new", null)).toBeNull();
  });

  it("are added, changed and removed files", () => {
    expect(textsOf({ base, changes: { a: null, b: "B2", c: "C" } })).toEqual({
      "campaign.yaml": "name: x",
      b: "B2",
      c: "C",
    });
  });

  it("go on top of what somebody else saved, and clash only in files that both changed in different ways", () => {
    const mine = { base, changes: { a: "mine", b: "same", c: "new" } };
    const theirs = baseOf({ version: 2, yaml: "name: y", templates: { a: "theirs", b: "same" } });
    expect(conflicts(mine, theirs)).toEqual(["a"]);
    expect(rebased(mine, theirs, [])).toEqual({ base: theirs, changes: { a: "mine", c: "new" } });
    expect(rebased(mine, theirs, ["a"])).toEqual({ base: theirs, changes: { c: "new" } });
    expect(rebased({ base, changes: { a: "mine" } }, theirs, ["a"])).toBeNull();
    // They removed a file that was not touched since: that is no clash.
    expect(
      conflicts({ base, changes: { b: "mine" } }, baseOf({ version: 2, yaml: "", templates: { b: "B" } })),
    ).toEqual([]);
    expect(conflicts({ base, changes: { b: "mine" } }, baseOf({ version: 2, yaml: "", templates: {} }))).toEqual(["b"]);
  });
});

it("draws the steps where the planner plans them when an order is created", () => {
  const clock = fc.integer({ min: 0, max: 47 }).map((half) => half * 30 * MINUTE);
  const duration = fc.constantFrom("0s", "3m", "10m", "30m", "1h", "6h", "23h50m", "1d", "2d");
  const step = fc.record({
    kind: fc.constantFrom("afterCreated", "beforeClose"),
    ms: duration,
    channels: fc.constant("[sms]"),
  });
  const hours = fc.record({ from: clock, to: clock }).map(({ from, to }) => `{ from: "${at(from)}", to: "${at(to)}" }`);
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.oneof(fc.constant("off"), hours),
      fc.constantFrom("pull", "skip"),
      clock,
      fc.constantFrom(MINUTE, 30 * MINUTE, 2 * HOUR, DAY, 3 * DAY),
      (steps, quietHours, whenTight, createdAt, closes) => {
        const listed = steps.map(
          ({ kind, ms, channels }, i) => `{ id: s${i}, at: { ${kind}: ${ms} }, channels: ${channels} }`,
        );
        const parsed = parseCampaignFile(
          "x",
          `steps: [${listed}]\nquietHours: ${quietHours}\nwhenTight: ${whenTight}\n`,
          null,
        );
        if (!parsed.ok) throw new Error(JSON.stringify(parsed));
        const form = campaignForm(parsed.value) as Timing;
        const now = Date.parse("2026-11-10T00:00:00Z") + createdAt;
        const quiet = parsed.value.quietHours;
        const planned = planSteps(
          planFacts({
            now,
            campaign: campaignOf({ steps: parsed.value.steps, whenTight: parsed.value.whenTight }),
            quiet: quiet === "off" ? null : quiet,
            zone: "UTC",
            orders: [planOrder({ createdAt: now, closesAt: now + closes })],
          }),
        );
        expect(landings(form, { createdAt, closes }).map((row) => [row.step, row.at, row.skip])).toEqual(
          planned.map((row) => [row.step, row.at - now, row.reason]),
        );
      },
    ),
    { numRuns: 200 },
  );
});

const at = (ms: number) =>
  [ms / HOUR, (ms % HOUR) / MINUTE].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
