/** `dunlin report`: which report its options give. */
import { expect, it } from "vitest";
import { DAY } from "../../../src/core/values/duration.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { exposed } from "../../support/exposures.ts";
import { reportFacts } from "../../support/reporting.ts";

it("gives the owner's page without options, and the recovery report with any", async () => {
  const { sql, database, order } = await reportFacts();
  const now = Date.parse("2026-11-29T12:00:00+08:00");
  await order("o1", now - DAY);
  await exposed(sql, { at: now - 20 * DAY, buyers: 9_000, paid: 3_150 });
  await exposed(sql, { at: now - 20 * DAY, buyers: 1_000, paid: 300, held: true });
  await database.setNow(now);
  const { dir } = campaignDir({ "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai }\n" });
  const env = { DATABASE_URL: database.url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
  const run = (...args: string[]) => runHere(["report", ...args], { cwd: dir, env });

  const sentence = "Reminders brought 50 more paid cases of 1,000, between 2 and 98.";
  const page = await run();
  expect([page.code, page.err]).toEqual([0, ""]);
  expect(page.out).toContain(`\nworks\n${sentence}\n`);
  expect(page.out).toContain("2026-09-07 to 2026-11-29 (Asia/Shanghai), all shops");
  expect((await run("--shop", "acme")).out).toContain("(Asia/Shanghai), shop acme");
  expect(JSON.parse((await run("--owner", "--json")).out)).toMatchObject({ shop: null, verdict: "works", sentence });
  expect(JSON.parse((await run("--shop", "acme", "--json")).out)).toMatchObject({ shop: "acme", sentence });
  const unknown = await run("--shop", "acmee");
  expect([unknown.code, unknown.err]).toEqual([
    1,
    "dunlin: no shop acmee: it is not configured in dunlin.yaml, and has no orders\n",
  ]);

  // All figures of all time.
  expect((await run("--format", "table")).out).toMatch(
    /^Recovery of all time \(Asia\/Shanghai\)\n.*orders seen unpaid +1 in 1 cases/s,
  );
  expect(JSON.parse((await run("--json")).out)).toMatchObject({ by: [], totals: { orders: 1, treatedBuyers: 9_000 } });
  expect((await run("--from", "-60d")).out).toMatch(/^Recovery since/);
  expect((await run("--by", "shop")).out).toMatch(/^shop /m);
});
