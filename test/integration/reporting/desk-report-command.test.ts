/** `dunlin desk report`, over people, reminders and nobody: the table, the JSON, and what it refuses. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { testDatabase } from "../../support/database.ts";
import { threeArms } from "../../support/desk-arms.ts";
import { T0 } from "../../support/dispatch.ts";

async function desk() {
  const arms = await threeArms();
  const { dir } = campaignDir({ "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai }\n" });
  const env = {
    DATABASE_URL: arms.database.url,
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
  };
  const report = async (...args: string[]) => {
    const { code, out, err } = await runHere(["desk", "report", ...args], { cwd: dir, env });
    return code === 0 ? out.trimEnd() : `${code}: ${err.trimEnd()}`;
  };
  return { ...arms, report };
}

it("prints people, arms, effects and wages as a table and as JSON", async () => {
  const { at, arms, pay, keep, staff, reached, report } = await desk();
  await keep({ people: 70, reminders: 80, nothing: 40, notCompared: 1 });
  await staff();
  await reached("vera", arms.people.slice(0, 2), T0 + MINUTE);
  await reached("ada", arms.people.slice(2, 3), T0 + MINUTE);
  await pay([...arms.people.slice(0, 56), ...arms.reminders.slice(0, 48), ...arms.nothing.slice(0, 10)], T0 + HOUR);
  await at(T0 + 72 * HOUR);
  expect((await report("--on", "2026-11-10")).split("\n").map((line) => line.trimEnd())).toMatchInlineSnapshot(`
    [
      "person  tasks  reached  paid  share paid (95%)  orders      amount  promises kept  hours        wage   per order",
      "──────  ─────  ───────  ────  ────────────────  ──────  ──────────  ─────────────  ─────  ──────────  ──────────",
      "ada         1        1     1   20.7% to 100.0%       1  200.00 CNY         0 of 0      –           –           –",
      "vera        2        2     2   34.2% to 100.0%       2  400.00 CNY         0 of 0    8.0  484.00 CNY  242.00 CNY",
      "",
      "cases that would be a person's  cases  paid  share  still open",
      "──────────────────────────────  ─────  ────  ─────  ──────────",
      "people                             70    56  80.0%           0",
      "reminders alone                    80    48  60.0%           0",
      "nothing                            40    10  25.0%           0",
      "",
      "people against reminders: works: +20.0 (+5.2 to +33.4) points, 95%",
      "reminders against nothing: works: +35.0 (+16.3 to +49.8) points, 95%",
      "not compared: 1 case of people whose buyers get no reminders",
      "wages: 484.00 CNY for 8.0 hours, 242.00 for each of 2 orders recovered, 34.08 (20.42 to 130.02) for each paid case more than by reminders",
    ]
  `);
  const json = JSON.parse(await report("--on", "2026-11-10", "--shop", "acme", "--json"));
  expect(json).toMatchObject({
    items: [
      { person: "ada", tasks: 1, reached: 1, recoveredCases: 1, recoveredOrders: 1, hours: null, wage: null },
      {
        person: "vera",
        tasks: 2,
        rate: 1,
        recoveredAmount: [{ amount: "400.00", currency: "CNY" }],
        hours: 8,
        wage: { amount: "484.00", currency: "CNY" },
        wagePerOrder: { amount: "242.00", currency: "CNY" },
      },
    ],
    arms: {
      people: { cases: 70, paidCases: 56, rate: 0.8, open: 0 },
      reminders: { cases: 80, paidCases: 48, rate: 0.6, open: 0 },
      nothing: { cases: 40, paidCases: 10, rate: 0.25, open: 0 },
      notCompared: 1,
      peopleEffect: { verdict: "works" },
      remindersEffect: { verdict: "works" },
    },
    wages: [{ currency: "CNY", hours: 8, amount: "484.00", recoveredOrders: 2, perOrder: "242.00" }],
  });
  expect(json.arms.peopleEffect.difference).toBeCloseTo(0.2, 6);
  // Those who paid did so after an hour.
  const early = JSON.parse(await report("--from", "2026-11-10", "--to", "2026-11-10", "--horizon", "30m", "--json"));
  expect(early.arms).toMatchObject({ people: { cases: 70, paidCases: 0 }, peopleEffect: { verdict: "cannot_tell" } });
});

it("prints the words of a period in which nothing was, in the zone of the shop", async () => {
  const { staff, report } = await desk();
  await staff();
  const lines = async (...args: string[]) => (await report(...args)).split("\n").filter((line) => line !== "");
  // On Monday Vera began at 22:00.
  expect((await lines("--on", "2026-11-09")).map((line) => line.replaceAll(/ +/g, " "))).toEqual([
    "person tasks reached paid share paid (95%) orders amount promises kept hours wage per order",
    expect.stringMatching(/^─/),
    "vera 0 0 0 – 0 – 0 of 0 2.0 121.00 CNY –",
    "cases that would be a person's cases paid share still open",
    expect.stringMatching(/^─/),
    ...["people", "reminders alone", "nothing"].map((arm) => `${arm} 0 0 – 0`),
    "people against reminders: not measured",
    "reminders against nothing: not measured",
    "wages: 121.00 CNY for 2.0 hours",
  ]);
  expect((await lines("--on", "2026-11-08"))[0]).toBe("nobody of the staff had a task in this period");
  expect(JSON.parse(await report("--on", "2026-11-08", "--json"))).toMatchObject({ items: [], wages: [] });
});

it.each([
  [["--horizon", "91d"], /^2: .*must be at most 90d/],
  [["--horizon", "soon"], /^2: .*must be a duration/],
  [["--horizon", "0s"], /^2: /],
  [["--on", "today", "--from", "yesterday"], /^2: error: --on is a whole period: leave --from and --to out/],
  [["--from", "2026-11-10", "--to", "2026-11-09"], /^2: error: --from must be before --to/],
  [["--from", "-1h", "--to", "yesterday"], /^1: dunlin: from -1h \(.*\) must be before to yesterday/],
  [["--from", "noon"], /^2: .*--from <time>.*noon/],
  [["--shop", ""], /^2: .*--shop/],
  [["--by", "person"], /^2: error: unknown option '--by'/],
  [["vera"], /^2: .*argument/],
] as const)("refuses %j in one line", async (args, expected) => {
  const { dir } = campaignDir({ "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai }\n" });
  const { url, setNow } = await testDatabase();
  await setNow(T0);
  const env = { DATABASE_URL: url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
  const { code, out, err } = await runHere(["desk", "report", "--shop", "acme", ...args], { cwd: dir, env });
  expect(out).toBe("");
  expect(`${code}: ${err.trimEnd()}`).toMatch(expected);
});
