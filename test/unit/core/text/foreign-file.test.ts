import { expect, test } from "vitest";
import { foreignFile, HEAD_BYTES } from "../../../../src/core/text/foreign-file.ts";

const EVENT = '{"id":"1","type":"order.paid","order":{"id":"1","note":"李雷, [x]"}}';
const utf16 = (text: string) => Buffer.from(text, "utf16le");
const swapped = (text: string) => utf16(text).swap16();
const hex = (text: string, more = 200) => Buffer.concat([Buffer.from(text, "hex"), Buffer.alloc(more, 0xa5)]);
/** 订单编号,订单状态 and a row, in GB18030. */
const GB18030 = Buffer.from("b6a9b5a5b1e0bac52cb6a9b5a5d7b4ccac0d0a3335312cb5c8b4fdc2f2bcd2b8b6bfee0d0a", "hex");

test.each<[string, Buffer, string]>([
  [
    "UTF-16 with a mark",
    Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(`${EVENT}\n`)]),
    "is UTF-16: save it as UTF-8",
  ],
  ["UTF-16 the other way round", Buffer.concat([Buffer.from([0xfe, 0xff]), swapped(EVENT)]), "is UTF-16: save it"],
  ["UTF-16 without a mark", utf16(`${EVENT}\n${EVENT}\n`), "is UTF-16: save it"],
  ["UTF-16 the other way round without a mark", swapped(EVENT), "is UTF-16: save it"],
  ["GB18030", GB18030, "is not UTF-8 (GB18030, as"],
  ["Latin-1", Buffer.from("número,estado\n1,x\n", "latin1"), "is not UTF-8 (GB18030, as"],
  [
    "a JSON array",
    Buffer.from(`[\n  ${EVENT},\n  ${EVENT}\n  ]\n`.replaceAll("}\n  ]", "},\n]")),
    "is a JSON array: write one event a line",
  ],
  ["a JSON array in one line", Buffer.from(`[${EVENT},${EVENT}]`), "is a JSON array"],
  ["a JSON array with a mark", Buffer.from(`\ufeff[${EVENT}]`), "is a JSON array"],
  ["JSON over several lines", Buffer.from(JSON.stringify(JSON.parse(EVENT), null, 2)), "is JSON over several lines"],
  ["CSV", Buffer.from("Name,Email,Total\n#1001,,150.00\n"), "is a table of values (CSV)"],
  ["CSV with semicolons and a mark", Buffer.from("\ufeffNummer;Betrag\n1;2\n"), "is a table of values (CSV)"],
  ["tabs", Buffer.from("订单号\t金额\n1\t2\n"), "is a table of values (CSV)"],
  ["gzip", hex("1f8b08"), "is compressed with gzip: unpack it first"],
  ["an Excel workbook", hex("504b0304"), "is a zip file or an Excel workbook"],
  ["an old Excel workbook", hex("d0cf11e0a1b11ae1"), "is an Excel workbook"],
  ["a PDF", Buffer.from("%PDF-1.7\n%âãÏÓ\n"), "is a PDF"],
  [
    "a program",
    Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]), Buffer.alloc(90, 1)]),
    "is not text",
  ],
  ["HTML", Buffer.from("<!doctype html>\n<p>Sign in</p>"), "is XML or HTML"],
])("names %s", (_, bytes, message) => {
  expect(foreignFile(bytes, true)).toContain(message);
});

test.each<[string, string | Buffer]>([
  ["events", `${EVENT}\n${EVENT}\n`],
  ["events with a mark and CRLF", `\ufeff${EVENT}\r\n${EVENT}\r\n`],
  ["one event after lines that are none", `# export,1\n\n${EVENT}\n`],
  ["one event among bytes that are not UTF-8", Buffer.concat([GB18030, Buffer.from(EVENT)])],
  ["nothing", ""],
  ["blank lines", "\n \n"],
  ["one broken line", '{"id":"1","type"'],
  ["words", "no events today"],
])("leaves %s to the check of each line", (_, text) => {
  expect(foreignFile(Buffer.from(text as string), true)).toBeNull();
});

test("an event that is longer than the head is no foreign file", () => {
  const long = Buffer.from(`{"id":"${"x".repeat(2 * HEAD_BYTES)}"}`).subarray(0, HEAD_BYTES);
  expect(foreignFile(long, false)).toBeNull();
  expect(foreignFile(Buffer.concat([Buffer.from(`${EVENT}\n`), long]).subarray(0, HEAD_BYTES), false)).toBeNull();
});
