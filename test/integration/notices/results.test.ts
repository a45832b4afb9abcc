/** Metrics of what the reminders brought; and the dashboard and alerts in `ops`, against a real answer of /metrics. */
import { readFileSync } from "node:fs";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { startApp } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { makeResults } from "../../../src/roles/chores/results.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { exposed } from "../../support/exposures.ts";
import { reportFacts } from "../../support/reporting.ts";

const NOW = Date.parse("2026-11-29T12:00:00+08:00");
const KEY = "test-api-key-0123456789";

async function service() {
  const facts = await reportFacts();
  const { dir } = campaignDir({
    "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai }\n",
    "templates/default/campaign.yaml": "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n",
    "templates/default/nudge.sms.en.hbs": "{{shop}}: {{total}} STOP",
  });
  const loaded = loadConfig(
    {
      DATABASE_URL: facts.database.url,
      DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
      DUNLIN_API_KEY: KEY,
      PORT: "0",
    },
    dir,
  );
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const { config } = loaded;
  const log = pino({ level: "silent" });
  const app = await startApp(config, { roles: ["api"], log, print: () => {}, migrateEmpty: false });
  onTestFinished(() => app.stop());
  const metrics = async () => {
    const answer = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    return answer.text();
  };
  const database = { sql: facts.sql, url: facts.database.url, server: undefined };
  return {
    ...facts,
    metrics,
    make: (change: object = {}) =>
      makeResults({ config, database, log, ...change } as unknown as Parameters<typeof makeResults>[0]),
  };
}

const linesOf = (text: string, prefix: string) => text.split("\n").filter((line) => line.startsWith(prefix));

it("shows the figures of the owner's page as metrics, from what upkeep made", async () => {
  const { order, sent, paid, sql, database, metrics, make } = await service();
  await order("o1", NOW - DAY);
  await sent({ order: "o1", step: "nudge", at: NOW - DAY + 10 * MINUTE, micros: 45_000, currency: "CNY" });
  await paid("o1", NOW - DAY + 20 * MINUTE);
  await exposed(sql, { at: NOW - 20 * DAY, buyers: 9_000, paid: 3_150 });
  await exposed(sql, { at: NOW - 20 * DAY, buyers: 1_000, paid: 300, held: true });
  await exposed(sql, { at: NOW - HOUR, buyers: 7, paid: 0 });
  await database.setNow(NOW);
  expect(linesOf(await metrics(), "dunlin_result_")).toEqual([]);
  await make();
  const made = linesOf(await metrics(), "dunlin_result_");
  expect(made.filter((line) => !/lift|brought/.test(line))).toEqual([
    'dunlin_result_reminded_orders{shop="acme"} 1',
    'dunlin_result_recovered_orders{shop="acme"} 1',
    'dunlin_result_recovered_money{shop="acme",currency="CNY"} 129',
    'dunlin_result_cost{shop="acme",currency="CNY"} 0.045',
    'dunlin_result_buyers{shop="acme",arm="reminded"} 9000',
    'dunlin_result_buyers{shop="acme",arm="held_out"} 1000',
    'dunlin_result_buyers{shop="acme",arm="open"} 7',
    'dunlin_result_buyers{shop="acme",arm="unmeasured"} 0',
    `dunlin_result_made_seconds{shop="acme"} ${NOW / 1_000}`,
  ]);
  const value = (prefix: string) =>
    Number(
      made
        .find((line) => line.startsWith(prefix))
        ?.split(" ")
        .at(-1),
    );
  expect(value('dunlin_result_lift{shop="acme",bound="value"}')).toBeCloseTo(0.05, 10);
  expect(value('dunlin_result_lift{shop="acme",bound="low"}')).toBeCloseTo(0.0015, 4);
  expect(value('dunlin_result_lift{shop="acme",bound="high"}')).toBeCloseTo(0.0985, 4);
  expect(value('dunlin_result_brought_money{shop="acme",currency="CNY",bound="value"}')).toBe(4_500);
  // Nobody makes them any more: they are no figures of the present.
  await database.setNow(NOW + 4 * HOUR);
  expect(linesOf(await metrics(), "dunlin_result_")).toEqual([]);
});

it("makes the results of all shops but the one that fails", async () => {
  const { order, metrics, make, database } = await service();
  for (const shop of ["acme", "bad", "zen"]) await order("o1", NOW - DAY, {}, shop);
  await database.setNow(NOW);
  const warned: object[] = [];
  const log = { warn: (fields: object) => warned.push(fields) };
  const failing = (fails: (shop: string) => boolean) => ({
    log,
    config: {
      shop: (id: string) => {
        if (fails(id)) throw new Error("no such zone");
        return null;
      },
    },
  });
  await make(failing((shop) => shop === "bad"));
  expect(linesOf(await metrics(), "dunlin_result_made_seconds").map((line) => /shop="(\w+)"/.exec(line)?.[1])).toEqual([
    "acme",
    "zen",
  ]);
  expect(warned).toMatchObject([{ shop: "bad" }]);
  await expect(make(failing(() => true))).rejects.toThrow("no such zone");
});

/** The names of metrics in a PromQL expression: neither functions and keywords nor labels and texts. */
function namesIn(expression: string): string[] {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}/g, " ")
    .replace(/\[[^\]]*\]/g, " ")
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ");
  return [...bare.matchAll(/(?<![\w:.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g)]
    .map(([name]) => name)
    .filter((name) => !["and", "or", "unless", "bool", "offset"].includes(name));
}

it("reads the names of metrics in an expression", () => {
  expect(namesIn('sum by (le, channel) (rate(a_bucket{x="b_c{}"}[5m])) / on(shop) group_left(z) d:e > 0.2e3')).toEqual([
    "a_bucket",
    "d:e",
  ]);
  expect(namesIn("absent(a) or (time() - max by (shop) (b)) > bool 7200 and c offset 5m")).toEqual(["a", "b", "c"]);
});

type Dashboard = {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] };
};
type Alerts = { readonly groups: readonly { readonly rules: readonly Record<string, unknown>[] }[] };

it("the dashboard and the alerts name metrics that /metrics has", async () => {
  const { metrics } = await service();
  const known = new Set(
    [...(await metrics()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((part) => name + part) : [name],
    ),
  );
  const dashboard: Dashboard = JSON.parse(readFileSync("ops/grafana.json", "utf8"));
  const alerts: Alerts = parse(readFileSync("ops/alerts.yaml", "utf8"));
  const rules = alerts.groups.flatMap((group) => group.rules);
  const queries = dashboard.templating.list.flatMap(({ type, query }) =>
    type === "query" ? query.replace(/^label_values\((\w+), \w+\)$/, "$1") : [],
  );
  const expressions = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...rules.map(({ expr }) => String(expr)),
    ...queries,
  ];
  expect(expressions.length).toBeGreaterThan(20);
  for (const expression of expressions) {
    const names = namesIn(expression);
    expect(names, expression).not.toEqual([]);
    expect(
      names.filter((name) => !known.has(name)),
      expression,
    ).toEqual([]);
  }
  // Every alert says what is wrong and what to do.
  for (const rule of rules)
    expect(rule).toMatchObject({
      alert: expect.stringMatching(/^Dunlin\w+$/),
      labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
      annotations: { summary: expect.any(String), description: expect.any(String) },
    });
  expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
});
