/** The card of a task, and its phrases: applied, exported, rolled back, and rendered for the case. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { taskCard } from "../../../src/followup/desk/card.ts";
import { claim } from "../../../src/followup/desk/claims.ts";
import { listTasks } from "../../../src/followup/desk/list.ts";
import { recordOutcome, recordTouch } from "../../../src/followup/desk/results.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { afterCreated } from "../../support/rules.ts";

const VERA = { who: "vera", via: "http" } as const;
const ALL = {
  shop: null,
  state: null,
  kind: null,
  assignee: null,
  sort: "closes",
  limit: 50,
  cursor: null,
  phones: true,
} as const;

it("are applied, rendered for the case of a task, exported and rolled back", async () => {
  const { receive, at, database } = await dispatchSetup({
    campaign: { manual: { amountAtLeast: "100", handBackAfter: null } },
  });
  const { dir, write } = campaignDir({
    "dunlin.yaml":
      "shops:\n  acme: { name: Acme, locale: en, timeZone: Asia/Shanghai }\nchannels:\n  sms: { provider: console }\n",
    "templates/default/campaign.yaml": "steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [sms] }]\n",
    "templates/default/nudge.sms.en.hbs": "{{total}} STOP\n",
    "templates/default/phrases/1-size.en.hbs": "Is the size of {{order.number}} right?\n",
    "templates/default/phrases/1-size.zh-CN.hbs": "{{#if buyer.name}}{{buyer.name}}，{{/if}}{{shop}}的尺码合适吗？\n",
    "templates/default/phrases/2-pay.en.hbs": "It comes to {{total}}: {{payUrl}}\n",
  });
  const env = { DATABASE_URL: database.url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
  const dunlin = async (...args: string[]) => {
    const { code, out, err } = await runHere(args, { cwd: dir, env });
    return code === 0 ? out.trimEnd() : `${code}: ${err.trimEnd()}`;
  };
  const [templates, out] = [join(dir, "templates"), join(dir, "out")];
  expect(await dunlin("campaigns", "validate", templates)).not.toMatch(/^1:|phrases/);
  expect(await dunlin("campaigns", "apply", templates)).toMatch(/default: new, now version 1/);
  await at(T0);
  const buyer = { id: "b1", phone: "+8613812345678", name: "李雷", locale: "zh-CN" };
  await receive(receivedEvent("e1", "order.created", T0, { amount: "5000.00", buyer }));
  const [task] = JSON.parse(await dunlin("desk", "--json")) as { id: string }[];
  const id = task?.id ?? "";
  // The pay link is missing: that phrase is left out.
  expect(await dunlin("desk", "phrases", id)).toBe("1 size\n李雷，Acme的尺码合适吗？");
  await receive(receivedEvent("e2", "order.updated", T0 + 1, { amount: "60.00", payUrl: "https://pay.example/1" }));
  expect(await dunlin("desk", "phrases", id)).toBe(
    "1 size\n李雷，Acme的尺码合适吗？\n\n2 pay\nIt comes to CN¥60.00: https://pay.example/1",
  );

  write("templates/default/phrases/1-size.en.hbs", "Does {{order.number}} fit?\n");
  rmSync(join(dir, "templates/default/phrases/2-pay.en.hbs"));
  const diff = await dunlin("campaigns", "diff", templates);
  expect(diff).toContain("+Does {{order.number}} fit?");
  expect(diff).toContain("phrases/2-pay.en.hbs");
  expect(await dunlin("campaigns", "apply", templates)).toMatch(/now version 2/);
  expect(await dunlin("campaigns", "export", out)).toMatch(/1 campaign\(s\), 4 file\(s\)/);
  const read = (name: string) => readFileSync(join(out, "default", name), "utf8");
  expect(read("phrases/1-size.en.hbs")).toBe("Does {{order.number}} fit?\n");
  expect(await dunlin("campaigns", "rollback", "default", "--to", "1")).toMatch(/version 3/);
  expect(await dunlin("campaigns", "export", out, "--force")).toMatch(/5 file\(s\)/);
  expect(read("phrases/2-pay.en.hbs")).toBe("It comes to {{total}}: {{payUrl}}\n");
  await dunlin("campaigns", "rollback", "default", "--to", "2");
  await dunlin("campaigns", "export", out, "--force");
  expect(existsSync(join(out, "default/phrases/2-pay.en.hbs"))).toBe(false);

  write("templates/default/phrases/1-size.en.hbs", "Hello,\n{{amount}}?\n");
  expect(await dunlin("campaigns", "apply", templates)).toMatch(
    /default\/phrases\/1-size\.en\.hbs:2: unknown variable/,
  );
});

it("shows the card of a task: goods, messages, what people did, and the promise", async () => {
  const steps = [afterCreated("nudge", 10 * MINUTE, ["sms"])];
  const setup = await dispatchSetup({ campaign: { steps, manual: { amountAtLeast: "100", handBackAfter: null } } });
  const { at, receive, drain, vault } = setup;
  const { sql } = setup.database;
  const deps = { sql, vault, zoneOf: () => "Asia/Shanghai", campaignOf: () => null };
  await at(T0);
  const buyer = { id: "b1", phone: "+8613812345678", name: "李雷", locale: "zh-CN", tier: "gold" };
  const items = [{ sku: "T-1", title: "Oolong", quantity: 2, price: "10.00" }];
  await receive(receivedEvent("e1", "order.created", T0, { amount: "20.00", number: "#1006", items, buyer }));
  await at(T0 + 10 * MINUTE);
  await drain();
  await receive(receivedEvent("e2", "order.updated", T0 + 10 * MINUTE, { amount: "500.00", buyer }));
  const [task] = (await listTasks(deps, ALL))?.items ?? [];
  const id = task?.id ?? "";
  await claim(deps, VERA, id);
  const said = { how: "call", result: "reached", reason: "pays_later", note: "waits for the wage" } as const;
  await recordTouch(deps, VERA, id, said);
  await recordOutcome(deps, VERA, id, {
    ...{ outcome: "will_pay", reason: "pays_later", note: null, promiseAt: T0 + 60 * MINUTE, againAt: null },
  });
  expect(await taskCard(deps, id)).toMatchObject({
    task: { id, state: "done", outcome: "will_pay" },
    ...{ name: "李雷", tier: "gold", locale: "zh-CN" },
    orders: [
      {
        ...{ id: "o1", number: "#1006", amount: { amount: "500.00", currency: "CNY" } },
        items: [{ sku: "T-1", title: "Oolong", quantity: 2 }],
      },
    ],
    sent: [{ at: "2026-11-10T20:10:00+08:00", step: "nudge", channel: "sms", state: "accepted", deliveredAt: null }],
    touches: [
      { who: "vera", how: null, outcome: "will_pay", note: null },
      { who: "vera", how: "call", result: "reached", reason: "pays_later", note: "waits for the wage" },
    ],
    promise: { at: "2026-11-10T21:00:00+08:00", by: "vera", reason: "pays_later", state: "open" },
  });
  expect(JSON.stringify(await taskCard(deps, id))).not.toContain("13812345678");
  expect(await taskCard(deps, "no-id")).toBeNull();
});
