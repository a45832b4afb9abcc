import { expect, it } from "vitest";
import { DAY, MINUTE } from "../../../src/core/values/duration.ts";
import { planAnewIfChanged } from "../../../src/db/stores/campaigns/settings-store.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { campaignSetup, campaignYaml } from "../../support/campaigns.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const yaml = (a: number, b: number) => campaignYaml("10m", `variants: { a: ${a}, b: ${b} }\n`);

it("a change of weights moves new buyers, but no treated buyer, however long ago", async () => {
  const { apply, process, write, at, sql, sent } = await campaignSetup(yaml(100, 0), {
    "default/nudge.a.sms.en.hbs": "A {{order.id}}",
    "default/nudge.b.sms.en.hbs": "B {{order.id}}",
  });
  await apply();
  const { receive, drain } = await process();
  let events = 0;
  const order = async (buyer: string, day: number) => {
    const id = `${buyer}-${day}`;
    const phone = `+8613812345${buyer.charCodeAt(0) + 500}`;
    await at(T0 + day * DAY);
    await receive(receivedEvent(`e${++events}`, "order.created", T0 + day * DAY, { id, buyer: { id: buyer, phone } }));
    await at(T0 + day * DAY + 10 * MINUTE);
    await drain();
  };
  await order("x", 0);
  write("default/campaign.yaml", yaml(0, 100));
  await apply();
  await planAnewIfChanged(sql);
  await order("y", 10);
  await order("x", 20);
  write("default/campaign.yaml", yaml(1, 99));
  await apply();
  await order("x", 30);
  await order("y", 40);
  expect(sent.map(({ text }) => text)).toEqual(["A x-0", "B y-10", "A x-20", "A x-30", "B y-40"]);
  expect(await sql`select campaign_version as version, variant, template from deliveries order by id`).toEqual([
    { version: "1", variant: "a", template: "default/nudge.a.sms.en" },
    { version: "2", variant: "b", template: "default/nudge.b.sms.en" },
    { version: "2", variant: "a", template: "default/nudge.a.sms.en" },
    { version: "3", variant: "a", template: "default/nudge.a.sms.en" },
    { version: "3", variant: "b", template: "default/nudge.b.sms.en" },
  ]);
  const story = await explainOrder({ sql }, { shop: "acme", order: "x-20" });
  const text = story === null ? "" : storyText(story);
  expect(text).toMatch(/nudge\/a sent/);
  expect(text).toMatch(/campaign default \(version 2\)/);
  expect(text).toMatch(/template default\/nudge\.a\.sms\.en \(version [0-9a-f]{16}\)/);
});
