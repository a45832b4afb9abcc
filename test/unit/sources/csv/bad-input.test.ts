/** Tables that are broken, odd or hostile: each fault costs its row alone, is named with its number, and no row is lost without a word. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTable } from "../../../support/csv.ts";

const HEAD = "id,status,amount,createdAt,buyer.phone,buyer.name";
const row = (id: string, change: Partial<Record<"status" | "amount" | "createdAt" | "phone" | "name", string>> = {}) =>
  [
    id,
    change.status ?? "unpaid",
    change.amount ?? "5.00",
    change.createdAt ?? "2026-11-28 20:00:00",
    change.phone ?? "13900008002",
    change.name ?? "Li",
  ].join(",");
const table = (...rows: string[]) => `${[HEAD, ...rows].join("\n")}\n`;

/** The ids that went in, and number, code and reason of each row that did not. */
async function outcome(file: string | Buffer, size?: number) {
  const { message, orders, rejected } = await readTable(file, size === undefined ? {} : { size });
  return {
    message,
    ids: orders.map(({ events }) => Reflect.get(Reflect.get(events[0] ?? {}, "order"), "id")),
    rejected: rejected.map((each) => [each.row, each.code]),
  };
}

describe("a bad row costs itself alone", () => {
  it.each<[string, string, string]>([
    ["fewer cells", "2,unpaid", "wrong_length"],
    ["more cells", `${row("2")},x,y`, "wrong_length"],
    ["a million cells", ",x".repeat(1_000_000), "row_too_long"],
    ["a huge cell", row("2", { name: "x".repeat(3_000_000) }), "row_too_long"],
    ["no id", row(""), "missing_field"],
    ["no time", row("2", { createdAt: "" }), "missing_field"],
    ["a time that does not exist", row("2", { createdAt: "2026-02-30 20:00:00" }), "invalid_time"],
    ["a time that can be two", row("2", { createdAt: "03/04/2026 20:00" }), "invalid_time"],
    ["a time as Excel counts it", row("2", { createdAt: "46354.5" }), "invalid_time"],
    ["no amount", row("2", { amount: "" }), "invalid_event"],
    ["an amount that is none", row("2", { amount: "free" }), "invalid_amount"],
    ["a negative amount", row("2", { amount: "-5.00" }), "invalid_amount"],
    ["an unknown status", row("2", { status: "锁了" }), "unknown_status"],
    ["a NUL in a cell that is needed", row("2\0x"), "wrong_encoding"],
    ["an id that Excel rounded", row("1.23457E+17"), "invalid_event"],
    ["an id whose end Excel made zeros", row("351531314732935000"), "rounded_id"],
    ["an id that is an error of a spreadsheet", row("#N/A"), "invalid_event"],
  ])("%s", async (_, bad, code) => {
    expect(await outcome(table(row("1"), bad, row("3")))).toEqual({
      message: null,
      ids: ["1", "3"],
      rejected: [[3, code]],
    });
  });

  it("a quote that is never closed, anywhere: the rows below it are read", async () => {
    const open = row("2", { name: '"Li' });
    const rest = Array.from({ length: 30_000 }, (_, n) => row(String(n + 3)));
    for (const file of [table(row("1"), open, ...rest), table(row("1"), open, row("3")), table(row("1"), open)]) {
      const { ids, rejected } = await outcome(file);
      expect(rejected).toEqual(
        [[3, "unclosed_quote"]].map(([at, code]) => [at, file.length > 300_000 ? "row_too_long" : code]),
      );
      expect(ids.slice(0, 2)).toEqual(file === table(row("1"), open) ? ["1"] : ["1", "3"]);
      expect(ids.length).toBe(file.split("\n").length - 3);
    }
  });

  it("a quote that is closed by the next row's: both rows are looked at by themselves", async () => {
    const quoted = (id: string, name: string) => `"${id}","unpaid","5.00","2026-11-28 20:00:00","13900008002",${name}`;
    expect(await outcome(table(quoted("1", '"Li"'), quoted("2", '"Li'), quoted("3", '"Li"')))).toEqual({
      message: null,
      ids: ["1", "3"],
      rejected: [[3, "wrong_length"]],
    });
  });

  it("keeps what was rejected as it came", async () => {
    const { rejected } = await readTable(table("2,unpaid,x"));
    expect(rejected[0]?.rows).toEqual([["2", "unpaid", "x"]]);
    expect(rejected[0]?.message).toBe("has 3 cells, and the header has 6: is a quote or separator missing or too much");
  });

  it("never repeats a cell in the reason", async () => {
    const secret = "SECRET13900008009";
    const { rejected } = await readTable(
      table(row("2", { status: secret }), row("3", { amount: secret }), row("4", { createdAt: secret }), secret),
    );
    expect(rejected).toHaveLength(4);
    for (const { message } of rejected) expect(message).not.toContain("SECRET");
  });

  it("a further row of a rejected order joins no other", async () => {
    const head = "Name,Financial Status,Total,Created at,Lineitem name,Lineitem quantity,Id,Phone";
    const file = [
      head,
      "#1,pending,5,2026-11-28,Mug,1,77,13900008002",
      "#2,pending,5,2026-11-28",
      "#2,,,,Pen,1,,",
    ].join("\n");
    const { orders, rejected } = await readTable(file);
    expect(orders.map(({ rows }) => rows.length)).toEqual([1]);
    expect(rejected.map(({ row, code }) => [row, code])).toEqual([
      [3, "wrong_length"],
      [4, "missing_field"],
    ]);
  });
});

it("takes a formula for a text: nothing calculates here", async () => {
  const cells = ["=1+1", '=HYPERLINK("x")', "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)"];
  const rows = cells.map((name, n) => row(String(n), { name: `"${name.replaceAll('"', '""')}"` }));
  const { orders, rejected } = await readTable(table(...rows));
  expect(rejected).toEqual([]);
  expect(orders.map(({ events }) => Reflect.get(events[0] ?? {}, "order").buyer.name)).toEqual(cells);
});

it("skips blank rows and rows of blank cells, and counts them", async () => {
  expect(await outcome(table(row("1"), "", ",,,,,", row("4", { amount: "x" })))).toEqual({
    message: null,
    ids: ["1"],
    rejected: [[5, "invalid_amount"]],
  });
});

it("takes blank cells behind the last heading", async () => {
  expect((await outcome(`${HEAD},,\n${row("1")},,\n${row("2")},,,\n${row("3")}\n`)).ids).toEqual(["1", "2", "3"]);
});

it("trusts an id that ends in zeros once another id of the file shows that no spreadsheet rounded", async () => {
  expect(await outcome(table(row("351531314732935796"), row("351531314732935000")))).toMatchObject({
    ids: ["351531314732935796", "351531314732935000"],
  });
});

describe("a file as a whole", () => {
  it.each<[string, string | Buffer, RegExp]>([
    ["empty", "", /^is empty: the first row must name the columns$/],
    ["only blanks", "\n \n", /^is empty/],
    ["without a header", `${row("1")}\n${row("2")}\n`, /^row 1: holds values: the first row must name the columns$/],
    ["a column twice", `${HEAD},amount\n`, /^the column amount is there twice \(columns 3 and 7\)/],
    ["a quote in the header that is never closed", `id,"status\n1,2\n`, /^row 1: a quote is opened and never closed$/],
    ["a header without end", "x,".repeat(100_000), /^row 1: has no end within 65536 bytes/],
    [
      "more columns than a table has",
      `${"x,".repeat(2_000)}\n`,
      /^row 1: has 2001 columns, and at most 1000 are read$/,
    ],
    ["a zip", Buffer.concat([Buffer.from("504b0304", "hex"), Buffer.alloc(50)]), /^is a zip file or an Excel workbook/],
    ["gzip", Buffer.concat([Buffer.from("1f8b", "hex"), Buffer.alloc(50)]), /^is compressed with gzip/],
  ])("%s", async (_, file, message) => {
    expect((await outcome(file)).message).toMatch(message);
  });

  it("has a header and no row: no order, no fault", async () => {
    expect(await outcome(`${HEAD}\n`)).toEqual({ message: null, ids: [], rejected: [] });
  });
});

describe("encodings", () => {
  const NAME = "张三 é";
  const text = `订单,status,amount,createdAt,buyer.phone,buyer.name\n${row("1", { name: NAME })}\n${row("2", { name: NAME })}\n`;
  const map = new Map([["id", "订单"]] as const);
  /** 张三😀: the last takes four bytes. */
  const gb18030 = Buffer.concat([
    Buffer.from("b6a9b5a5", "hex"),
    Buffer.from(",status,amount,createdAt,buyer.phone,buyer.name\n"),
    Buffer.from(row("1", { name: "" })),
    Buffer.from("d5c5c8fd9439fc36", "hex"),
    Buffer.from(`\n${row("2")}\n`),
  ]);
  const wide = (mark: string, swap: boolean) => {
    const bytes = Buffer.from(text, "utf16le");
    return Buffer.concat([Buffer.from(mark, "hex"), swap ? bytes.swap16() : bytes]);
  };

  it.each<[string, Buffer, string, string]>([
    ["UTF-8", Buffer.from(text), "utf-8", NAME],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`), "utf-8", NAME],
    ["GB18030", gb18030, "gb18030", "张三😀"],
    ["UTF-16 with a mark", wide("fffe", false), "utf-16le", NAME],
    ["UTF-16 the other way round", wide("feff", true), "utf-16be", NAME],
    ["UTF-16 without a mark", wide("", false), "utf-16le", NAME],
    ["UTF-16 the other way round without a mark", wide("", true), "utf-16be", NAME],
  ])("reads %s, cut at any byte", async (_, bytes, encoding, name) => {
    for (const size of [1_000, 7, 3, 1]) {
      const read = await readTable(bytes, { map, size });
      expect(read.encoding).toBe(encoding);
      expect(read.orders).toHaveLength(2);
      expect(Reflect.get(Reflect.get(read.orders[0]?.events[0] ?? {}, "order").buyer, "name").trim()).toBe(name.trim());
    }
  });

  it("decides by the first bytes beyond ASCII, however late they come", async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => row(String(n)));
    const late = row("x", { name: "" });
    const gbk = Buffer.concat([Buffer.from(table(...rows, late).trimEnd()), Buffer.from("d5c5c8fd0a", "hex")]);
    const read = await readTable(gbk);
    expect([read.encoding, read.rejected.length]).toEqual(["gb18030", 0]);
    expect(JSON.stringify(read.orders.at(-1)?.events)).toContain("张三");
    const utf8 = await readTable(table(...rows, row("x", { name: "张三" })), { size: 64 });
    expect(JSON.stringify(utf8.orders.at(-1)?.events)).toContain("张三");
  });

  it("reads the encoding that is asked for", async () => {
    const bytes = Buffer.from(table(row("1", { name: "Begoña" })), "latin1");
    const read = await readTable(bytes, { encoding: "windows-1252" });
    expect(JSON.stringify(read.orders[0]?.events)).toContain("Begoña");
  });

  it("drops a damaged name, and rejects a row whose id or status is damaged", async () => {
    const bytes = Buffer.concat([
      Buffer.from(
        table(row("1", { name: "欧阳娜娜张三李四王五赵六" }), row("2", { name: "?" }), row("3?4"))
          .trimEnd()
          .replaceAll("?", "\x01"),
      ),
    ]);
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === 1) bytes[at] = 0xff;
    const { orders, rejected } = await readTable(bytes);
    expect(orders.map(({ events }) => Reflect.get(events[0] ?? {}, "order").buyer.name)).toEqual([
      "欧阳娜娜张三李四王五赵六",
      null,
    ]);
    expect(rejected).toEqual([
      expect.objectContaining({
        row: 4,
        code: "wrong_encoding",
        message: expect.stringMatching(/^id holds characters that cannot be read.*--encoding$/),
      }),
    ]);
  });
});

it.each<[string, (heading: string) => string]>([
  ["tabs", (heading) => `${heading}\t`],
  ["tabs and blanks", (heading) => ` ${heading} \t \t`],
  ["tabs behind quotes", (heading) => `"${heading}"\t`],
  ["tabs within quotes", (heading) => `"${heading}\t"`],
])("reads headings with %s at their ends", async (_, written) => {
  for (const separator of [",", ";"]) {
    const head = HEAD.split(",").map(written).join(separator);
    const file = [head, row("1").replaceAll(",", separator)].join("\r\n");
    expect(await outcome(file)).toEqual({ message: null, ids: ["1"], rejected: [] });
  }
});

it("reads separators, sep=, line breaks of any system, and cells of several lines", async () => {
  const swap = (text: string, by: string) => text.replaceAll(",", by);
  const lines = table(row("1"), row("2", { name: '"Li\nLei"' }));
  for (const file of [
    lines,
    swap(lines, ";"),
    swap(lines, "\t"),
    `sep=;\r\n${swap(lines, ";")}`,
    lines.replaceAll("\n", "\r\n"),
    lines.replaceAll("\n", "\r"),
    lines.trimEnd(),
    `${lines.trimEnd().replaceAll("\n", "\r\n")}\r`,
    `\n\n${lines}`,
  ])
    expect(await outcome(file)).toEqual({ message: null, ids: ["1", "2"], rejected: [] });
});

it("does not depend on where the file is cut", async () => {
  const cell = fc.constantFrom("", "x", '"', '""', '"a,b"', '"a\nb"', "张", "\r", " ", "=1", ",", "13900008002");
  const line = fc.array(cell, { minLength: 1, maxLength: 8 }).map((cells) => cells.join(","));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
      const file = table(row("1"), ...lines, row("9"));
      const [whole, cut] = [await readTable(file), await readTable(file, { size })];
      expect(cut).toEqual(whole);
      // Every line is in an order, rejected or blank.
      const seen = whole.rejected.length + whole.orders.length;
      expect(seen).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
