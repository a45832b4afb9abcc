import { readdirSync, readFileSync } from "node:fs";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { expect, it } from "vitest";
import * as access from "../../src/db/schema/access.ts";
import * as buyers from "../../src/db/schema/buyers.ts";
import * as campaigns from "../../src/db/schema/campaigns.ts";
import * as desk from "../../src/db/schema/desk.ts";
import * as exposures from "../../src/db/schema/exposures.ts";
import * as notices from "../../src/db/schema/notices.ts";
import * as orders from "../../src/db/schema/orders.ts";
import * as polls from "../../src/db/schema/polls.ts";
import * as promises from "../../src/db/schema/promises.ts";
import * as receipts from "../../src/db/schema/receipts.ts";
import * as reminders from "../../src/db/schema/reminders.ts";
import * as reports from "../../src/db/schema/reports.ts";

it("has a migration for every change of the schema (npm run migrations)", async () => {
  const journal = JSON.parse(readFileSync("drizzle/meta/_journal.json", "utf8")) as { entries: { idx: number }[] };
  const last = journal.entries.at(-1)?.idx ?? 0;
  const stored = JSON.parse(readFileSync(`drizzle/meta/${String(last).padStart(4, "0")}_snapshot.json`, "utf8"));
  const now = generateDrizzleJson(
    {
      ...access,
      ...buyers,
      ...campaigns,
      ...desk,
      ...exposures,
      ...notices,
      ...polls,
      ...promises,
      ...orders,
      ...receipts,
      ...reminders,
      ...reports,
    },
    stored.id,
  );
  expect(await generateMigration(stored, now)).toEqual([]);
});

it("lists each migration once, and each has its file", () => {
  const journal = JSON.parse(readFileSync("drizzle/meta/_journal.json", "utf8")) as {
    entries: { idx: number; tag: string }[];
  };
  const files = readdirSync("drizzle").filter((name) => name.endsWith(".sql"));
  expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(files.toSorted());
  expect(journal.entries.map(({ idx, tag }) => Number(tag.slice(0, 4)) - idx)).toEqual(journal.entries.map(() => 0));
});
