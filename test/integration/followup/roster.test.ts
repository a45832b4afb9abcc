/** The staff and their shifts: replaced as a whole, checked against each other, and never over somebody else's change. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type StaffMember, toStaff } from "../../../src/core/desk/roster.ts";
import { type Shift, WEEKDAYS } from "../../../src/core/desk/shifts.ts";
import { disableUser, insertUser } from "../../../src/db/stores/access/user-store.ts";
import { createKey } from "../../../src/db/stores/campaigns/key-store.ts";
import { putShifts, putStaff, shiftList, staffList, whoIsOn } from "../../../src/followup/desk/roster.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { testDatabase } from "../../support/database.ts";

const LEAD = { who: "lead", via: "http" } as const;
/** A Tuesday, 20:00 in Shanghai. */
const NOW = Date.parse("2026-11-10T20:00:00+08:00");

async function roster() {
  const database = await testDatabase();
  const { sql } = database;
  await database.setNow(NOW);
  for (const [name, role] of [
    ["Vera", "operator"],
    ["Ada", "admin"],
    ["Guest", "viewer"],
  ] as const)
    await insertUser(sql, LEAD, { name, role, way: { password: "x" } });
  await createKey(sql, LEAD, "robot", "operator");
  const staff = (members: readonly StaffMember[], version: number) =>
    putStaff({ sql, isShop: (shop) => shop === "acme" }, LEAD, { members, expects: (current) => current === version });
  const shifts = (list: readonly Shift[], version: number) =>
    putShifts(sql, LEAD, { shifts: list, expects: (current) => current === version });
  return { database, sql, staff, shifts };
}

const people = (...names: readonly string[]) => toStaff(names.map((name) => ({ name })));
const evening = (person: string): Shift => ({
  ...{ person, weekdays: ["tue", "thu"], from: "18:00", to: "02:00", zone: "Asia/Shanghai" },
});

it("keeps what was written, and counts the versions", async () => {
  const { sql, staff, shifts } = await roster();
  expect(await staffList(sql)).toEqual({ version: 0, items: [] });
  const members = [
    ...people("robot"),
    ...toStaff([
      {
        ...{ name: "Vera", shops: ["acme"], languages: ["zh-CN", "en"], teams: ["vip, gold"], maxOpen: 3 },
        ...{ costPerHour: { amount: "120.50", currency: "CNY" }, active: false },
      },
    ]),
  ];
  expect(await staff(members, 0)).toEqual({ kind: "replaced", version: 1 });
  expect(await staffList(sql)).toEqual({ version: 1, items: members });
  expect(await shifts([evening("Vera"), evening("robot"), evening("Vera")], 0)).toMatchObject({ version: 1 });
  expect((await shiftList(sql)).items.map(({ person }) => person)).toEqual(["Vera", "robot", "Vera"]);
  expect(await staff([], 1)).toMatchObject({ kind: "invalid" });
  expect(await shifts([], 1)).toMatchObject({ version: 2 });
  expect(await staff([], 1)).toMatchObject({ version: 2 });
  expect(await staffList(sql)).toEqual({ version: 2, items: [] });
  const trail =
    await sql`select action, from_version, to_version, note from audit where action like 'desk.%' order by id`;
  expect(trail.map(({ action, note }) => `${action} ${note}`)).toEqual([
    "desk.staff 2 people",
    "desk.shifts 3 shifts",
    "desk.shifts 0 shifts",
    "desk.staff 0 people",
  ]);
});

it("names each row at fault, and saves nothing then", async () => {
  const { sql, staff, shifts } = await roster();
  await staff(people("Vera", "Ada"), 0);
  await shifts([evening("Vera")], 0);
  const bad = toStaff([{ name: "Ada", shops: ["acme", "other"] }, { name: "Nobody" }, { name: "Guest" }]);
  expect(await staff(bad, 1)).toMatchObject({
    faults: [
      { place: 0, field: "shops[1]", message: '"other" is no shop of dunlin.yaml' },
      { place: 1, field: "name", message: expect.stringMatching(/^nobody who may act on tasks is called "Nobody"/) },
      { place: 2, field: "name" },
      { place: 3, field: "name", message: expect.stringMatching(/^"Vera" is missing and has shifts/) },
    ],
  });
  expect(await shifts([evening("Ada"), evening("robot")], 1)).toMatchObject({
    faults: [{ place: 1, field: "person", message: expect.stringMatching(/^"robot" is not among the staff/) }],
  });
  expect((await staffList(sql)).items).toEqual(people("Vera", "Ada"));
  expect((await shiftList(sql)).items).toEqual([evening("Vera")]);
});

it("lets one of many changes on the same version through", async () => {
  const { sql, staff } = await roster();
  const results = await Promise.all(["Vera", "Ada", "robot", "Vera", "Ada"].map((name) => staff(people(name), 0)));
  expect(results.filter(({ kind }) => kind === "replaced")).toHaveLength(1);
  expect(results.filter(({ kind }) => kind === "moved")).toEqual(Array(4).fill({ kind: "moved", current: 1 }));
  expect((await staffList(sql)).items).toHaveLength(1);
});

it("says who is on shift until when, by the database's clock", async () => {
  const { database, sql, staff, shifts } = await roster();
  await staff([...people("Vera", "Ada"), ...toStaff([{ name: "robot", active: false }])], 0);
  await shifts([evening("Vera"), evening("robot")], 0);
  const end = Date.parse("2026-11-11T02:00:00+08:00");
  const [vera, ada] = [
    { name: "Vera", until: end, openTasks: 0 },
    { name: "Ada", until: null, openTasks: 0 },
  ];
  expect(await whoIsOn(sql)).toEqual([vera, ada]);
  await database.setNow(end - 1);
  expect(await whoIsOn(sql)).toEqual([vera, ada]);
  await database.setNow(end);
  expect(await whoIsOn(sql)).toEqual([{ ...vera, until: null }, ada]);
});

it("is applied from a file, and written to one, by the command", async () => {
  const { database, sql, staff, shifts } = await roster();
  await staff(people("Ada"), 0);
  await shifts([evening("Ada")], 0);
  const { dir } = campaignDir({ "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai }\n" });
  const env = { DATABASE_URL: database.url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
  const desk = async (...args: string[]) => {
    const { code, out, err } = await runHere(["desk", "staff", ...args], { cwd: dir, env });
    return code === 0 ? out.trimEnd() : `${code}: ${err.trimEnd()}`;
  };
  const file = (text: string) => writeFileSync(join(dir, "staff.yaml"), text);
  file(
    'staff:\n  - { name: Vera, shops: [acme], languages: [zh-cn] }\nshifts:\n  - { person: Vera, weekdays: [tue], from: "18:00", to: "02:00", zone: Asia/Shanghai }\n',
  );
  expect(await desk("apply", `${dir}/staff.yaml`)).toBe("1 people, 1 shifts");
  expect(await desk()).toMatch(/^Vera +2026-11-11T02:00:00\+08:00 +0$/m);
  expect(JSON.parse(await desk("--json"))).toEqual([
    { name: "Vera", until: "2026-11-11T02:00:00+08:00", openTasks: 0 },
  ]);
  expect(await desk("export", `${dir}/out.yaml`)).toBe(`${dir}/out.yaml: 1 people, 1 shifts`);
  const before = await staffList(sql);
  expect(await desk("apply", `${dir}/out.yaml`)).toBe("1 people, 1 shifts");
  expect(await staffList(sql)).toEqual({ ...before, version: before.version + 1 });
  expect(before.items).toEqual(toStaff([{ name: "Vera", shops: ["acme"], languages: ["zh-CN"] }]));
  expect(await desk("export", `${dir}/out.yaml`)).toMatch(/^1: dunlin: .*out\.yaml: cannot be written/);
  expect(await desk("export", "-")).toBe(readFileSync(join(dir, "out.yaml"), "utf8").trimEnd());

  file(
    'staff:\n  - { name: Nobody }\nshifts:\n  - { person: Vera, weekdays: [tue], from: "18:00", to: "02:00", zone: Asia/Shanghai }\n',
  );
  expect(await desk("apply", `${dir}/staff.yaml`)).toMatch(
    /staff\.yaml:2: staff\[0\]\.name: nobody who may act.*\n.*staff\.yaml:4: shifts\[0\]\.person: "Vera" is not among the staff/,
  );
  file(
    'staff:\n  - { name: Vera, maxOpen: -1 }\n  - { name: Vera }\nshifts:\n  - { person: Vera, weekdays: [], from: "8", to: "8", zone: Mars }\n',
  );
  const faults = await desk("apply", `${dir}/staff.yaml`);
  for (const line of [2, 5]) expect(faults).toContain(`staff.yaml:${line}: `);
  expect(faults).toContain("is not an IANA time zone");
  expect(await desk("apply", `${dir}/missing.yaml`)).toMatch(/^1: dunlin: .*missing\.yaml: cannot be read/);
  await disableUser(sql, LEAD, "Vera");
  expect(await desk("apply", `${dir}/out.yaml`)).toMatch(/nobody who may act on tasks is called "Vera"/);
});

it("takes a week of two shifts as one without an end", async () => {
  const { sql, staff, shifts } = await roster();
  await staff(people("Vera"), 0);
  const half = (from: string, to: string): Shift => ({ ...evening("Vera"), weekdays: WEEKDAYS, from, to });
  await shifts([half("00:00", "12:00"), half("12:00", "00:00")], 0);
  const [vera] = await whoIsOn(sql);
  expect((vera?.until ?? 0) - NOW).toBeGreaterThan(20 * 86_400_000);
});
