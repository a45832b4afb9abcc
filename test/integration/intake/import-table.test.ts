/** `dunlin import` of tables: into a real database, again, and again after the shop exported later. */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { expect, it, vi } from "vitest";
import { campaignDir, campaignYaml } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { testDatabase } from "../../support/database.ts";

const TEXT = "{{total}} {{payUrl}} STOP";

async function importer() {
  const { url, sql } = await testDatabase();
  const place = campaignDir({
    "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai, locale: en, currency: CNY, closeAfter: 24h }\n",
  });
  mkdirSync(join(place.dir, "templates/default"), { recursive: true });
  writeFileSync(join(place.dir, "templates/default/campaign.yaml"), campaignYaml("10m"));
  writeFileSync(join(place.dir, "templates/default/nudge.sms.en.hbs"), TEXT);
  const env = {
    DATABASE_URL: url,
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    DUNLIN_API_KEY: "test-api-key-0123456789",
    DUNLIN_TEMPLATES: join(place.dir, "templates"),
    DUNLIN_CONFIG: join(place.dir, "dunlin.yaml"),
    TMPDIR: tmpdir(),
  };
  const path = (name: string) => join(place.dir, name);
  return {
    sql,
    path,
    /** `at`: when the shop exported it. */
    write(name: string, text: string | Buffer, at: string): string {
      writeFileSync(path(name), text);
      utimesSync(path(name), new Date(at), new Date(at));
      return path(name);
    },
    run: (...args: string[]) => runHere(["import", ...args], { cwd: place.dir, env }),
    report: (...args: string[]) => runHere(["report", ...args], { cwd: place.dir, env }),
    orders: async () =>
      (
        await sql`
          select id, amount::int, paid_at is not null as paid, closed_at is not null as closed, refunded_at is not null as refunded
          from orders where shop_id = 'acme' order by id`
      ).map(({ id, amount, paid, closed, refunded }) => [
        id,
        amount,
        [paid && "paid", closed && "closed", refunded && "refunded"].filter(Boolean).join(" "),
      ]),
  };
}

const HEAD = "id,status,amount,createdAt,paidAt,buyer.phone,buyer.name";
const row = (id: number, status = "unpaid", amount = "5.00", paidAt = "") =>
  `${id},${status},${amount},2026-11-10 20:00:00,${paidAt},1390000${String(id).padStart(4, "0")},Li`;
const table = (...rows: string[]) => `${[HEAD, ...rows].join("\n")}\n`;

it("takes in a table, counts a second run as duplicates, and folds later exports of the same orders", async () => {
  const { run, write, orders, path } = await importer();
  const first = write(
    "first.csv",
    table(row(1), row(2), row(3), row(4, "paid", "5.00", "2026-11-10 20:05:00"), row(5, "free", "x")),
    "2026-11-10T21:00:00+08:00",
  );
  const one = await run(first, "--json");
  expect([one.code, JSON.parse(one.out)]).toEqual([
    0,
    { orders: 4, accepted: 8, duplicates: 0, rejected: 1, warnings: 0 },
  ]);
  expect(await orders()).toEqual([
    ["1", 500, ""],
    ["2", 500, ""],
    ["3", 500, ""],
    ["4", 500, "paid"],
  ]);
  const rejected = JSON.parse(readFileSync(path("first.csv.rejected.ndjson"), "utf8"));
  expect(rejected).toEqual({
    row: 6,
    code: "unknown_status",
    message: "row 6: status is a word that is not known: say what it means with --status WORD=STATE",
    cells: [["5", "free", "x", "2026-11-10 20:00:00", "", "13900000005", "Li"]],
  });

  const again = await run(first, "--json");
  expect(JSON.parse(again.out)).toMatchObject({ orders: 4, accepted: 0, duplicates: 8, rejected: 1 });

  // Later: the first is paid, the second cheaper, the third closed, the fourth refunded.
  const later = write(
    "later.csv",
    table(
      row(1, "paid", "5.00", "2026-11-10 22:00:00"),
      row(2, "unpaid", "4.00"),
      row(3, "cancelled"),
      row(4, "refunded", "5.00", "2026-11-10 20:05:00"),
    ),
    "2026-11-11T09:00:00+08:00",
  );
  expect(JSON.parse((await run(later, "--json")).out)).toMatchObject({ accepted: 4, duplicates: 5, rejected: 0 });
  const folded = [
    ["1", 500, "paid"],
    ["2", 400, ""],
    ["3", 500, "closed"],
    ["4", 500, "paid refunded"],
  ];
  expect(await orders()).toEqual(folded);

  // The older export once more changes nothing.
  expect(JSON.parse((await run(first, "--json")).out)).toMatchObject({ accepted: 0 });
  expect(await orders()).toEqual(folded);
});

it("passes by what an interrupted import left, and takes in the rest", async () => {
  const { run, write, sql } = await importer();
  const at = "2026-11-10T21:00:00+08:00";
  const rows = Array.from({ length: 3_000 }, (_, n) => row(n, "paid", "5.00", "2026-11-10 20:00:30"));
  // An event in the middle was taken in before, as by another process.
  await run(write("one.csv", table(rows[2_500] ?? ""), at));
  await run(write("half.csv", table(...rows.slice(0, 1_200)), at));
  const { out } = await run(write("whole.csv", table(...rows), at), "--json");
  expect(JSON.parse(out)).toMatchObject({ orders: 3_000, accepted: 3_598, duplicates: 2_402, rejected: 0 });
  const again = await run(write("whole.csv", table(...rows), at), "--json");
  expect(JSON.parse(again.out)).toMatchObject({ accepted: 0, duplicates: 6_000 });
  const [count] = await sql`select count(*)::int as events from order_events`;
  expect(count?.events).toBe(6_000);
});

it("plans no reminder of an order that the same file says is paid, however the file is cut", async () => {
  const { run, write, sql } = await importer();
  const rows = Array.from({ length: 2_500 }, (_, n) => row(n, "paid", "5.00", "2026-11-10 20:00:30"));
  const { out } = await run(write("paid.csv", table(...rows), "2026-11-10T21:00:00+08:00"), "--json");
  expect(JSON.parse(out)).toMatchObject({ orders: 2_500, accepted: 5_000, rejected: 0 });
  const [count] = await sql`select count(*)::int as sends from reminders where kind = 'send'`;
  expect(count?.sends).toBe(0);
});

it("--dry-run shows how a table is read, without a name or a whole number, and writes nothing", async () => {
  const { run, write, orders } = await importer();
  const file = write(
    "orders.csv",
    `${HEAD},internal\n${row(1)},a\n${row(2, "paid", "5.00", "2026-11-10 20:05:00")},b\n${row(3, "Held back")},c\n${row(4, "13900008001")},d\n${row(5, "Held back")},e\n${row(6, "Lin Tao")},f\n`,
    "2026-11-10T21:00:00+08:00",
  );
  const { code, out } = await run(file, "--dry-run");
  expect(code).toBe(0);
  expect(out).toContain("a table in ascii, separated by commas, profile plain");
  expect(out).toContain("row 2: order 1, unpaid, 5.00 CNY, created 2026-11-10T20:00:00+08:00, buyer +86139****0001");
  expect(out).toContain("columns not used: internal\n");
  expect(out).toContain("status unpaid: 1 orders, unpaid");
  expect(out).toContain("status Held back: 2 orders, unknown: say what it means with --status WORD=STATE");
  expect(out).toContain("status (a text that is not shown): 2 orders, unknown: say what it means");
  expect(out).toContain("2 orders would give 4 events, 4 rows would be rejected; nothing was imported");
  for (const personal of ["Li", "1390000", "13900008001"]) expect(out).not.toContain(personal);
  expect(await orders()).toEqual([]);

  const { out: json } = await run(file, "--dry-run", "--json", "--status", "Held back=pending");
  expect(JSON.parse(json)).toMatchObject({
    profile: "plain",
    orders: 4,
    rejected: 2,
    unused: ["internal"],
    columns: { id: ["id"], "buyer.phone": ["buyer.phone"] },
    first: [
      { row: 2, state: "unpaid", events: ["order.created", "order.updated"] },
      { row: 3 },
      { row: 4, state: "pending" },
      { row: 6, state: "pending" },
    ],
    faults: [
      { place: "row 5", code: "unknown_status" },
      { place: "row 7", code: "unknown_status" },
    ],
  });
  const events = write("events.ndjson", '{"id": "1"}\nnot json\n', "2026-11-10T21:00:00+08:00");
  const dry = await run(events, "--dry-run", "--json");
  expect(JSON.parse(dry.out)).toMatchObject({ lines: 1, events: {}, rejected: 2 });
});

it("takes formulas in cells for texts, and lets none into a table that a spreadsheet opens", async () => {
  const { run, report, write, path } = await importer();
  const formula = "=cmd|' /C calc'!A0";
  const [head, file] = [`${HEAD},paymentMethod,tags`, "formulas.csv"];
  const cells = (id: number, status: string) =>
    `${id},${status},5.00,2026-11-10 20:00:00,,1390000900${id},${formula},${formula},${formula}`;
  const table = [head, cells(1, "unpaid"), cells(2, formula)].join("\n");
  const { code, out, err } = await run(write(file, table, "2026-11-10T21:00:00+08:00"));
  expect([code, `${out}${err}`]).toEqual([0, expect.stringContaining("1 orders: ")]);
  expect(`${out}${err}`).not.toContain("cmd");
  // The row that was rejected is kept as it came, in a file that no spreadsheet opens as a table.
  expect(readFileSync(path(`${file}.rejected.ndjson`), "utf8")).toMatch(/^\{"row":3,/);
  for (const by of ["paymentMethod", "tag"]) {
    const csv = (await report("--by", by, "--format", "csv", "--from", "2026-11-09", "--to", "2026-11-12")).out;
    expect(csv).toContain(`'${formula}`);
    expect(csv).not.toMatch(/(^|,)"?[=+@]/m);
  }
});

it("reads a table by --map, --status, --profile and --encoding, or from the standard input, and headings with tabs at their ends", async () => {
  const { run, write, orders } = await importer();
  const at = "2026-11-10T21:00:00+08:00";
  const plain = Buffer.from(
    "Nr\t,State\t,Sum\t,When\t,Tel\t,Who\t\r\n7,impayé,12.50,2026-11-10 20:00:00,13900008002,Zoé\r\n8,réglé,5,2026-11-10 20:00:00,13900008003,Zoé\r\n",
    "latin1",
  );
  const fields = ["id=Nr", "status=State", "amount=Sum", "createdAt=When", "buyer.phone=Tel", "buyer.name=who"];
  const one = await run(
    ...[write("plain.csv", plain, at), "--json", "--encoding", "latin1"],
    ...fields.flatMap((field) => ["--map", field]),
    ...["--status", "impayé=unpaid", "--status", "réglé=paid"],
  );
  expect(JSON.parse(one.out)).toEqual({ orders: 2, accepted: 4, duplicates: 0, rejected: 0, warnings: 0 });
  // These headings are those of two systems, and WooCommerce's would win.
  const both = write(
    "both.csv",
    "id;createdAt;amount;status;buyer.phone;order_id;date;order_total;billing_phone\n77;2026-11-10 20:00:00;1;unpaid;13900008004;9;2026-11-10 20:00:00;7,50;13900008004\n",
    at,
  );
  expect(JSON.parse((await run(both, "--json", "--profile", "plain")).out)).toMatchObject({ orders: 1, rejected: 0 });
  const piped = Buffer.from(table(row(9)));
  const stdin = vi.spyOn(process, "stdin", "get").mockReturnValue(Readable.from([piped]) as typeof process.stdin);
  expect(JSON.parse((await run("-", "--json", "--shop", "acme")).out)).toMatchObject({ orders: 1, rejected: 0 });
  stdin.mockRestore();
  expect(await orders()).toEqual([
    ["7", 1250, ""],
    ["77", 100, ""],
    ["8", 500, "paid"],
    ["9", 500, ""],
  ]);
});

it("refuses in one line what is no table, and options that do not fit", async () => {
  const { run, write } = await importer();
  const at = "2026-11-10T21:00:00+08:00";
  const csv = write("orders.csv", table(row(1)), at);
  const xlsx = write("orders.xlsx.csv", Buffer.concat([Buffer.from("504b0304", "hex"), Buffer.alloc(99)]), at);
  const events = write("events.ndjson", '{"id": "1"}\n', at);
  const answer = async (...args: string[]) => {
    const { code, err } = await run(...args);
    return [code, err.replace(/^dunlin: \S+: /, "").trimEnd()];
  };
  expect(await answer(xlsx)).toEqual([1, "is a zip file or an Excel workbook: unpack it, or save it as CSV"]);
  expect(await answer(xlsx, "--format", "csv")).toEqual([
    1,
    "is a zip file or an Excel workbook: unpack it, or save it as CSV",
  ]);
  expect(await answer(dirname(csv))).toEqual([1, "is a directory, not a file"]);
  expect(await answer(csv, "--shop", "other")).toEqual([
    1,
    '"other" is not configured: list it under shops in dunlin.yaml, or add "*"',
  ]);
  expect(await answer(events, "--shop", "acme")).toEqual([
    1,
    "has one event a line: --shop is for a table (CSV), and an event says all itself",
  ]);
  expect((await run(csv, "--map", "phone=x")).err).toContain("phone is not one of id, number, ");
  expect((await run(csv, "--map", "id")).err).toContain("must be FIELD=COLUMN");
  expect((await run(csv, "--status", "x=y")).err).toContain("must be WORD=STATE");
  expect((await run(csv, "--encoding", "klingon")).err).toContain("is no encoding");
  expect((await run(csv, "--profile", "etsy")).err).toContain("Allowed choices are taobao, 1688, shopify");
  expect((await run(csv, "--map", "id")).code).toBe(2);
});
