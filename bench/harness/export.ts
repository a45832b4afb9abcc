/** An export of Taobao with all of its columns, in GB18030: one row an order, one in four unpaid. The same number, the same bytes. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";

const HEAD =
  "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单".split(
    ",",
  );
const SECOND = 1_000;
/** Wall clock, as if it were UTC. */
const BEGIN = Date.parse("2026-11-10T00:00:00Z");
const PIECE = 1 << 20;

/** `first`: the number of the first order. */
export async function writeExport(file: string, count: number, first: number): Promise<void> {
  const encode = gb18030Of([HEAD.join(), row(0).join(), row(1).join()].join());
  const out = createWriteStream(file);
  let text = `${quoted(HEAD)}\r\n`;
  for (let n = first; n < first + count; n++) {
    text += `="${idOf(n)}",${quoted(row(n).slice(1))}\r\n`;
    if (text.length < PIECE) continue;
    if (!out.write(encode(text))) await once(out, "drain");
    text = "";
  }
  out.end(encode(text));
  await once(out, "finish");
}

const quoted = (cells: readonly string[]): string => cells.map((cell) => `"${cell}"`).join(",");
const idOf = (n: number): string => `3515313147${String(n).padStart(8, "0")}`;
const clock = (n: number): string =>
  new Date(BEGIN + (n % 80_000) * SECOND).toISOString().slice(0, 19).replace("T", " ");

function row(n: number): string[] {
  const isPaid = n % 4 !== 0;
  const amount = `${10 + (n % 90)}.80`;
  return [
    idOf(n),
    `buyer${n}`,
    "",
    amount,
    "0.00",
    "0",
    amount,
    "0",
    isPaid ? amount : "0.00",
    "0",
    isPaid ? "买家已付款，等待卖家发货" : "等待买家付款",
    "",
    "张三",
    `广东省 广州市 越秀区 某路${n}号(510180)`,
    "快递",
    "",
    `'138${String(n).padStart(8, "0")}`,
    clock(n),
    isPaid ? clock(n + 60) : "",
    "【包邮】杯子 大号",
    "1",
    "",
    "",
    "",
    "1",
    "0",
    "某店",
    "订单未关闭",
    "0",
    "0元",
    "",
    "手机订单",
  ];
}

/** Node decodes GB18030 and does not encode it: the few characters of the file are looked up by decoding all pairs of bytes. */
function gb18030Of(sample: string): (text: string) => Buffer {
  const wanted = new Set([...sample].filter((char) => char > "\u007f"));
  const decoder = new TextDecoder("gb18030");
  const pairs = new Map<string, Buffer>();
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const bytes = Buffer.from([lead, trail]);
      const char = decoder.decode(bytes);
      if (wanted.has(char)) pairs.set(char, bytes);
    }
  return (text) => {
    const bytes = Buffer.alloc(text.length * 2);
    let size = 0;
    for (const char of text) {
      const pair = pairs.get(char);
      size += pair === undefined ? bytes.write(char, size, "latin1") : pair.copy(bytes, size);
    }
    return bytes.subarray(0, size);
  };
}
