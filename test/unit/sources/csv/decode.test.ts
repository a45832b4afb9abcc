import { expect, it } from "vitest";
import { createDecoder, encodingOf } from "../../../../src/sources/csv/decode.ts";

const TEXT = "id,name\n1,张三😀é\n2,Li\n";
const GB18030 = Buffer.from("69642c6e616d650a312cd5c5c8fd9439fc36a8a60a322c4c690a", "hex");

it.each([
  ["utf-8", Buffer.from(TEXT)],
  ["gb18030", GB18030],
])("finds %s out, wherever the bytes are cut", (encoding, bytes) => {
  for (let one = 0; one <= bytes.length; one++)
    for (let two = one; two <= Math.min(bytes.length, one + 6); two++) {
      const decoder = createDecoder(null);
      const pieces = [bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)];
      const text = pieces.map((piece) => decoder.write(piece)).join("") + decoder.end();
      expect([text, decoder.encoding], `cut at ${one} and ${two}`).toEqual([TEXT, encoding]);
    }
});

it("keeps a character that the end of the file cuts off", () => {
  const decoder = createDecoder(null);
  expect(decoder.write(Buffer.from([0x31, 0xe5])) + decoder.end()).toBe("1\ufffd");
});

it("knows encodings by any of their names", () => {
  expect(["GBK", "gb2312", "UTF8", "latin1", "shift-jis", "klingon"].map(encodingOf)).toEqual([
    "gbk",
    "gbk",
    "utf-8",
    "windows-1252",
    "shift_jis",
    null,
  ]);
});
