/** The command as people run it, from the build. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { bundle } from "../../scripts/build.mjs";
import { PLAIN } from "../support/rehearsal.ts";
import { T0 } from "../support/rules.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const REPO = fileURLToPath(new URL("../..", import.meta.url));

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dunlin-rehearse-"));
  write(
    "dunlin.yaml",
    "shops:\n  acme: { timeZone: Asia/Shanghai, locale: en, quietHours: off }\nchannels:\n  sms: { provider: console }\n",
  );
  write("good/promo/campaign.yaml", "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n");
  write("good/promo/nudge.sms.en.hbs", "{{shop}}: {{total}} STOP");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, text: string | Buffer): string {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
  return name;
}

type Ended = { readonly code: number; readonly out: string; readonly err: string };

function rehearse(...args: string[]): Promise<Ended> {
  const options = { cwd: dir, env: { PATH: process.env.PATH ?? "", HOME: dir }, maxBuffer: 1 << 28 };
  return new Promise((resolve) =>
    execFile(process.execPath, [MAIN, "rehearse", ...args], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  );
}

const created = (n: number, seconds: number, shop = "acme") => ({
  id: `e${n}`,
  type: "order.created",
  occurredAt: new Date(T0 + seconds * 1_000).toISOString(),
  shop,
  order: {
    id: `o${n}`,
    amount: "129.00",
    currency: "CNY",
    createdAt: new Date(T0 + seconds * 1_000).toISOString(),
    buyer: { id: `b${n}`, phone: `+86138${String(n).padStart(8, "0")}`, locale: "en" },
  },
});
const lines = (values: readonly (object | string)[]) =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join("\n");

describe("bad input", () => {
  it("of events: each named with its line, the good ones rehearsed", async () => {
    const file = write(
      "events.ndjson",
      lines([
        created(1, 100),
        created(2, 0),
        created(3, 200, "amce"),
        { ...created(4, 300), type: "order.shipped" },
        "not json",
        JSON.stringify(created(5, 400)).slice(0, -80),
      ]),
    );
    const { code, out, err } = await rehearse(file, "--campaigns", "good", "--json");
    expect([code, err]).toEqual([0, ""]);
    const { sends, warnings } = JSON.parse(out);
    expect(sends.map(({ buyer }: { buyer: string }) => buyer)).toEqual(["b2", "b1"]);
    expect(warnings).toEqual([
      expect.stringMatching(/^line 3: shop: "amce" is not configured/),
      "line 4: type: must be one of order.created, order.updated, order.paid, order.closed, order.refunded",
      "line 5: is no JSON: column 1: expected a value",
      expect.stringMatching(/^line 6: is cut off, no JSON: it ends /),
      "line 2: occurredAt is before that of a line above it (the only such line); events happen in the order of their times",
    ]);
    expect(out).not.toContain("+8613800000005");
  });

  it("that are not UTF-8: named with the byte", async () => {
    const gbk = Buffer.from('{"id": "\xc0\xee"}\n', "latin1");
    const file = write("gbk.ndjson", Buffer.concat([Buffer.from(`${lines([created(1, 100)])}\n`), gbk]));
    const { code, out } = await rehearse(file, "--campaigns", "good", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out).warnings).toEqual(["line 2: byte 9 is not valid UTF-8: write the file as UTF-8"]);
  });

  it("that is no order file: one line says so", async () => {
    const table = write("orders.csv", "Name,Email,Total\n#1001,,150.00\n#1002,,20.00\n");
    const array = write("array.json", "[1,\n2]");
    for (const [file, fault] of [
      [table, "no profile fits its columns \\(Name, Email, Total\\): .*"],
      [array, "is a JSON array: .*"],
    ] as const) {
      const { code, out, err } = await rehearse(file, "--campaigns", "good");
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(new RegExp(`^dunlin: ${file.replace(".", "\\.")}: ${fault}\n$`));
    }
  });

  it("of a table: each row named, and nothing of what stands in it", async () => {
    const head = "id,status,amount,currency,createdAt,buyer.phone";
    const rows = [
      "1,unpaid,129.00,CNY,2026-11-10 20:05:00,13800000001",
      "2,paid?,129.00,CNY,2026-11-10 20:05:00,13800000002",
      "3,unpaid,129.00,CNY,2026-11-10 20:00:00,021-62345678",
    ];
    const { code, out } = await rehearse(write("t.csv", [head, ...rows].join("\n")), "--campaigns", "good", "--json");
    expect(code).toBe(0);
    const { sends, warnings } = JSON.parse(out);
    expect(sends).toMatchObject([{ at: "2026-11-10T20:15:00+08:00", orders: ["1"], text: "acme: CN¥129.00 STOP" }]);
    expect(warnings).toEqual([
      "row 3: status is a word that is not known: say what it means with --status WORD=STATE",
      expect.stringMatching(/^row 4: order\.buyer\.phone: is a landline/),
    ]);
    expect(out).not.toContain("13800000002");
  });

  it("of a table without one order: fails, every row named", async () => {
    const head = "id,status,amount,currency,createdAt,buyer.phone\n";
    const { code, out, err } = await rehearse(
      write("t.csv", `${head}1,unpaid,x,CNY,2026-11-10,1\n`),
      "--campaigns",
      "good",
    );
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe("dunlin: t.csv: has no order\nrow 2: amount is not an amount like 129.00\n");
  });

  it("without one good event: fails, every line named", async () => {
    const file = write("events.ndjson", lines([created(1, 0, "x"), "{", created(2, 0, "y")]));
    const { code, out, err } = await rehearse(file, "--campaigns", "good");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(
      /^dunlin: events.ndjson: has no order event\nline 1: shop: "x" .*\nline 2: is cut off, no JSON: .*\nline 3: shop: "y" /,
    );
  });

  it("of campaigns, instant and file: all at once, with file, line and key", async () => {
    write(
      "bad/promo/campaign.yaml",
      [
        "active: { from: 2026-11-12T00:00:00+08:00, to: 2026-11-10T00:00:00+08:00 }",
        "holdout: 120%",
        "steps:",
        "  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }",
        "  - { id: nudge, at: { afterCreated: 20m }, channels: [pigeon] }",
        "",
      ].join("\n"),
    );
    write("bad/promo/nudge.sms.en.hbs", "{{nobody}}");
    write(
      "bad/other/campaign.yaml",
      "steps:\n  - { id: a, at: { beforeClose: 30m, afterCreated: 1m }, channels: [sms] }\nlimit: 3\n",
    );
    write("bad/other/a.sms.en.hbs", "hello");
    const { code, out, err } = await rehearse("nothing.ndjson", "--campaigns", "bad");
    expect([code, out]).toEqual([1, ""]);
    const faults = err
      .replace(/^dunlin: /, "")
      .trimEnd()
      .split("\n")
      .sort();
    expect(faults).toEqual([
      "bad/other/campaign.yaml:2: step a: at: needs exactly one of afterCreated and beforeClose",
      "bad/other/campaign.yaml:3: limit: unknown key (did you mean `limits`?)",
      "bad/promo/campaign.yaml:1: active.from: must be before `to`",
      "bad/promo/campaign.yaml:2: holdout: must be at most 100%",
      "bad/promo/campaign.yaml:5: step nudge: channels[0]: no channel pigeon is configured (there are sms)",
      "bad/promo/campaign.yaml:5: step nudge: id: is already the id of the first step: choose another id",
      expect.stringMatching(/^bad\/promo\/nudge.sms.en.hbs:1: unknown variable {{nobody}}/),
      "nothing.ndjson: cannot be read (ENOENT)",
    ]);
  });

  it("of both directories: all at once", async () => {
    const file = write("events.ndjson", lines([created(1, 0)]));
    write("bad/promo/campaign.yaml", "stepz: 1\n");
    const { code, out, err } = await rehearse(file, "--campaigns", "good", "--against", "bad");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("bad/promo/campaign.yaml:1: stepz: unknown key (did you mean `steps`?)\n");
    expect((await rehearse(file, "--campaigns", "gone", "--against", "away")).err).toBe(
      "dunlin: gone: the directory does not exist\naway: the directory does not exist\n",
    );
  });

  it.each([
    [["events.ndjson"], "required option '--campaigns <dir>' not specified"],
    [["--campaigns", "good"], "give a file of order events, or --stored with a day"],
    [
      ["e.ndjson", "--stored", "today", "--campaigns", "good"],
      "--stored takes the orders of the database: leave the file out",
    ],
    [["--stored", "20:00", "--campaigns", "good"], "must be a day (yesterday, 2026-11-09) or a period"],
    [
      ["--stored", "2026-11-10..2026-11-09", "--campaigns", "good"],
      "must be a day (yesterday, 2026-11-09) or a period",
    ],
    [["e.ndjson", "--as-of", "soon", "--campaigns", "good"], "must be a day (today, yesterday, 2026-11-10), a time on"],
    [["e.ndjson", "--scale", "0", "--campaigns", "good"], "must be a whole number from 1 to 1000"],
    [["e.ndjson", "--tag", " ", "--campaigns", "good"], "must not be empty"],
  ])("wrong usage ends with 2: %s", async (args, message) => {
    const { code, out, err } = await rehearse(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });
});

describe("the export of a shop system", () => {
  const exported = (name: string) => readFileSync(join(REPO, "test/unit/sources/csv/exports", name));

  it.each<[string, string | Buffer, readonly string[], readonly string[]]>([
    ["Taobao, in GB18030", exported("taobao.csv"), [], ["2026-11-28T21:16:21+08:00 351531314732935796 CN¥88.80"]],
    [
      "Shopify",
      exported("shopify.csv"),
      [],
      [
        "2026-11-29T01:16:21+08:00 16718484078961 $150.00", // Cancelled after the reminder.
        "2026-11-29T01:52:00+08:00 16718484078965 $20.00",
        "2026-11-29T01:52:00+08:00 16718484078966 $15.00",
      ],
    ],
    [
      "WooCommerce",
      "\ufefforder_id;order_number;date;status;order_total;currency;payment_method;billing_phone;billing_country\r\n17;A-17;2026-11-28 20:00:00;wc-pending;1.234,50;EUR;stripe;+4915112345678;DE\r\n18;A-18;28.11.2026 20:00;Zahlung ausstehend;12,50 €;EUR;paypal;+4915112345679;DE\r\n19;A-19;2026-11-28 20:00:00;on-hold;20;EUR;bacs;+4915112345670;DE\r\n20;A-20;2026-11-28 20:00:00;completed;20;EUR;stripe;+4915112345672;DE\r\n",
      [],
      ["2026-11-28T20:10:00+08:00 17 €1,234.50", "2026-11-28T20:10:00+08:00 18 €12.50"],
    ],
    [
      "1688, an order of two rows",
      '订单编号,买家会员名,实付款(元),订单状态,订单创建时间,订单付款时间,收货人姓名,联系电话,联系手机,货品标题,单价(元),数量,货号\r\n4321000000000000001,wang88,"1,234.50",等待买家付款,2016/5/23 12:02,,王五,,13800007777,杯子,100.00,10,A1\r\n,,,,,,,,,盘子,23.45,10,A2\r\n4321000000000000019,li99,8.00,等待卖家发货,2016-05-23 12:05:00,2016-05-23 12:06:00,李四,,13800007778,勺子,8.00,1,A3\r\n',
      [],
      ["2016-05-23T12:12:00+08:00 4321000000000000001 CN¥1,234.50"],
    ],
    [
      "no known system, with --map",
      "Nr\tState\tSum\tIn\tWhen\tTel\n7\tWarten auf Geld\t129.00\tCNY\t2026-11-10 20:05:00\t13800000001\n8\tda\t5.00\tCNY\t2026-11-10 20:05:00\t13800000002\n",
      [
        ...["id=Nr", "status=State", "amount=Sum", "currency=In", "createdAt=When", "buyer.phone=Tel"].flatMap(
          (each) => ["--map", each],
        ),
        ...["--status", "Warten auf Geld=unpaid", "--status", "da=paid"],
      ],
      ["2026-11-10T20:15:00+08:00 7 CN¥129.00"],
    ],
  ])("of %s is rehearsed as it came", async (_system, table, options, expected) => {
    const { code, out, err } = await rehearse(write("t.csv", table), ...options, "--campaigns", "good", "--json");
    expect([code, err]).toEqual([0, ""]);
    const { sends } = JSON.parse(out) as { sends: { at: string; orders: string[]; text: string }[] };
    expect(sends.map(({ at, orders, text }) => `${at} ${orders.join()} ${text}`)).toEqual(
      expected.map((send) => `${send.replace(/ (\S+)$/, " acme: $1 STOP")}`),
    );
  });
});

it("shows what one directory changes against another, over the same orders", async () => {
  write(
    "new/promo/campaign.yaml",
    "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\nmatch: { tags: [d11] }\n",
  );
  write("new/promo/nudge.sms.en.hbs", "{{shop}}: {{total}} now STOP");
  const tagged = (n: number) => ({ ...created(n, n), order: { ...created(n, n).order, tags: ["d11"] } });
  const file = write("events.ndjson", lines([tagged(1), tagged(2), created(3, 3)]));
  const args = [file, "--campaigns", "new", "--against", "good"];
  const json = JSON.parse((await rehearse(...args, "--json")).out);
  const row = { step: "nudge", channel: "sms", variant: null, shop: "acme" };
  const none = { sends: 0, segments: 0, cost: null, settled: 0, skips: 0 };
  expect(json.sends).toHaveLength(2);
  expect(json.difference).toEqual({
    against: "good",
    sends: { before: 3, after: 2, same: 0, changed: 2, onlyBefore: 1, onlyAfter: 0 },
    skips: { no_campaign: { before: 0, after: 1 } },
    segments: { sms: { before: 3, after: 2 } },
    cost: {},
    peakPerSecond: { sms: { before: 1, after: 1 } },
    rows: [
      {
        ...row,
        campaign: "promo",
        before: { ...none, sends: 3, segments: 3 },
        after: { ...none, sends: 2, segments: 2 },
      },
      { ...row, campaign: null, step: null, channel: null, before: none, after: { ...none, skips: 1 } },
    ],
    texts: [{ template: "promo/nudge.sms.en", before: "acme: CN¥129.00 STOP", after: "acme: CN¥129.00 now STOP" }],
  });
  const same = JSON.parse((await rehearse(file, "--campaigns", "good", "--against", "good", "--json")).out).difference;
  expect(same).toMatchObject({ sends: { same: 3, changed: 0, onlyBefore: 0, onlyAfter: 0 }, rows: [], texts: [] });
  const { out } = await rehearse(...args);
  expect(out).toContain(
    [
      "Difference against good",
      "  0 sends are the same, 2 have another text, channel, variant or campaign, 1 are gone, 0 are new",
      "                        before  after",
      "  sends                      3      2  −1",
      "  skipped: no_campaign       0      1  +1",
      "  segments: sms              3      2  −1",
      "  peak/s: sms                1      1",
      "",
      "Rows that differ",
      "  campaign  step   channel  variant  shop  sends  skips",
      "  promo     nudge  sms      -        acme  3 → 2  0 → 0",
      "  -         -      -        -        acme  0 → 0  0 → 1",
      "",
      "Texts that differ",
      "  promo/nudge.sms.en:",
      "    - acme: CN¥129.00 STOP",
      "    + acme: CN¥129.00 now STOP",
    ].join("\n"),
  );
});

describe("the same input", () => {
  it("gives the same bytes by one thread, by two, and in memory", async () => {
    // Sources cannot run in threads, and the program has no switch for their number.
    const built = mkdtempSync(join(REPO, "node_modules/.rehearse-test-"));
    onTestFinished(() => rmSync(built, { recursive: true, force: true }));
    await bundle(["src/rehearsal/rehearse.ts"], built);
    const { rehearse: run } = (await import(
      join(built, "rehearse.js")
    )) as typeof import("../../src/rehearsal/rehearse.ts");
    const paid = (n: number) => ({
      id: `p${n}`,
      type: "order.paid",
      occurredAt: new Date(T0 + (n % 300) * 1_000).toISOString(),
      shop: "acme",
      order: { id: `o${n}` },
    });
    const values = Array.from({ length: 1_000 }, (_, n) => [
      { ...created(n, (n * 7) % 600), ...(n % 500 === 0 ? { shop: "nowhere" } : {}) },
      ...(n % 3 === 0 ? [paid(n)] : []),
      ...(n % 300 === 0 ? ["{ broken"] : []),
    ]).flat();
    const file = join(dir, write("events.ndjson", lines(values)));
    const acme = {
      id: "acme",
      timeZone: "Asia/Shanghai",
      locale: "en",
      currency: "CNY",
      country: "CN",
      joinAtMost: 5,
      cashOnDelivery: [],
      chaseShipped: false,
      name: null,
    };
    const shops = { listed: new Map([["acme", { ...acme, closeAfter: null, quietHours: null }]]), other: null };
    const files = new Map([
      ["promo/campaign.yaml", "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n"],
      ["promo/nudge.sms.en.hbs", "{{shop}}: {{total}} STOP"],
    ]);
    const channels = [
      { name: "sms", provider: "console", contacts: ["phone"], ratePerSecond: 1, cost: null, fallback: null },
    ] as const;
    const result = async (threads: number, shortFile: number) => {
      const { sends, skips, figures, close } = await run({
        file,
        env: { files, channels, from: null, shops, ...PLAIN },
        dir,
        threads,
        shortFile,
      });
      const rows = [...sends, "", ...skips].map(String).join("\n");
      close();
      const { perSecond, faults, ...rest } = figures;
      const seconds = [...(perSecond.get("sms") ?? [])].sort(([a], [b]) => a - b);
      return { rows, rest, seconds, faults: [...faults].sort((a, b) => a.line - b.line) };
    };
    const inMemory = await result(1, Number.POSITIVE_INFINITY);
    expect(inMemory.rows.length).toBeGreaterThan(50_000);
    expect(await result(1, 0)).toEqual(inMemory);
    expect(await result(2, 0)).toEqual(inMemory);
    expect(await result(3, 0)).toEqual(inMemory);
  });
});

describe("what is laid down", () => {
  /** Long enough to be cut into buckets: long lines, because the time goes by their number. */
  const long = () => write("long.ndjson", lines(Array.from({ length: 9_000 }, (_, n) => longEvent(n))));
  const longEvent = (n: number) => {
    const event = created(n, n % 1_800);
    return { ...event, order: { ...event.order, note: "n".repeat(4_900) } };
  };
  const laid = () => readdirSync(join(dir, "tmp"), { recursive: true }).map(String);

  beforeEach(() => mkdirSync(join(dir, "tmp")));

  function start(file: string) {
    const env = { PATH: process.env.PATH ?? "", HOME: dir, TMPDIR: join(dir, "tmp") };
    const args = [MAIN, "rehearse", file, "--campaigns", "good", "--json"];
    const child = spawn(process.execPath, args, { cwd: dir, env, stdio: ["pipe", "ignore", "inherit"] });
    child.stdin.on("error", () => {});
    onTestFinished(() => void child.kill("SIGKILL"));
    return { child, ended: once(child, "exit") };
  }
  const lying = (file: RegExp) =>
    expect.poll(() => laid().some((path) => file.test(path)), { timeout: 60_000 }).toBe(true);

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("is gone when %s ends it, also what came by standard input", async (signal, code) => {
    const { child, ended } = start(long());
    await lying(/lines-0$/);
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    expect(laid()).toEqual([]);

    const piped = start("-");
    piped.child.stdin.write(readFileSync(join(dir, "long.ndjson")).subarray(0, 1 << 20));
    await lying(/events\.ndjson$/);
    piped.child.kill(signal);
    expect(await piped.ended).toEqual([code, null]);
    expect(laid()).toEqual([]);
  });

  it("is gone after its end, and after SIGKILL with the next rehearsal, which leaves those under way alone", async () => {
    const file = long();
    const killed = start(file);
    await lying(/lines-0$/);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const [left] = readdirSync(join(dir, "tmp"));
    const under = start(file);
    await expect.poll(laid, { timeout: 60_000 }).not.toContain(left);
    await lying(/lines-0$/);
    under.child.kill("SIGSTOP");
    const [its] = readdirSync(join(dir, "tmp"));
    expect(await start(write("short.ndjson", lines([created(1, 0)]))).ended).toEqual([0, null]);
    expect(laid()).toContain(its);
    under.child.kill("SIGCONT");
    expect(await under.ended).toEqual([0, null]);
    expect(laid()).toEqual([]);
  });
});
