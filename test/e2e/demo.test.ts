/** `dunlin demo` as a process, the way a stranger runs it: piped, on its own PostgreSQL, nothing left behind. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { checkLog, faultsOf } from "../../src/demo/check.ts";
import type { Posted } from "../../src/demo/shop/provider.ts";
import type { BookedOrder } from "../../src/demo/shop/shop.ts";

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "dunlin-demo-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** `TMPDIR` is where it makes its directory, so that what it leaves behind shows. */
function demo(
  args: readonly string[],
  env: Record<string, string>,
  onOutput?: (all: string, kill: () => void) => void,
) {
  return new Promise<Ended>((resolve, reject) => {
    const { DUNLIN_DATA_DIR: _, LOG_LEVEL: __, ...inherited } = process.env;
    const child = spawn(process.execPath, ["dist/main.js", "demo", ...args], {
      env: { ...inherited, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      onOutput?.(out, () => child.kill("SIGINT"));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

const escaped = (text: string): string => text.replaceAll(/[^\w\s]/g, "\\$&");

/** Without numbers, plurals and line breaks. */
const shapeOf = (text: string): string =>
  text
    .replaceAll(/\b(task|buyer|order|promise|message)s\b/g, "$1")
    .replaceAll(/\d[\d,.:]*/g, "0")
    .replaceAll(/\s+/g, " ")
    .trim();

describe("a whole run", () => {
  let ended: Ended;
  let left: string[];
  let home: string[];

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), "dunlin-demo-test-"));
    // Stores that a user has set for the real service: the demo must not go near them.
    const env = { TMPDIR: dir, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", QUEUE_URL: "redis://127.0.0.1:1" };
    const before = await readdir(".");
    ended = await demo(["--buyers", "40", "--seconds", "25"], env);
    left = await readdir(dir);
    home = (await readdir(".")).filter((name) => !before.includes(name));
    await rm(dir, { recursive: true, force: true });
  }, 150_000);

  test("exits with 0 and no errors", () => {
    expect(ended.err).toBe("");
    expect(ended.code, ended.out).toBe(0);
  });

  test("shows its progress, with real texts", () => {
    expect(ended.out).toMatch(/http:\/\/127\.0\.0\.1:\d+: API/);
    expect(ended.out).toMatch(/campaign +spring-sale: nudge/);
    expect(ended.out.match(/^ +0:\d\d {2}\d+ orders, \d+ unpaid \| /gm)?.length).toBeGreaterThanOrEqual(4);
    expect(ended.out).toMatch(/nudge by (sms|chat) to \S*\*{4}/);
    expect(ended.out).toMatch(/https:\/\/plum\.example\/p\/ph-/);
  });

  test("ends with the report, one order's story and the check", () => {
    expect(ended.out).toMatch(/orders recovered +[1-9]\d* \(/);
    expect(ended.out).toMatch(/ pending +0$/m);
    expect(ended.out).toContain("Effect of the reminders");
    // The person on shift reached somebody, who kept the promise and paid.
    expect(ended.out).toMatch(
      /Vera \(simulated\): [2-9] tasks, [1-9] buyers? reached, [1-9] orders? recovered \([\d,]+\.00 CNY\), [1-9] of \d promises? kept/,
    );
    expect(ended.out).toMatch(/One order: dunlin explain PH-\d+ --shop plumhouse/);
    expect(ended.out).toMatch(/Order PH-\d+ of plumhouse: paid/);
    expect(ended.out).toMatch(/Recovered: \d+\.\d\d CNY paid .* after /);
    const checked = /^checked: (\d+) messages, 0 duplicates, 0 after payment, 0 after STOP, 0 after close$/m.exec(
      ended.out,
    );
    expect(Number(checked?.[1])).toBeGreaterThan(5);
    const said = /Dunlin also reports (\d+) sent, (\d+) of them delivered, (\d+) opted out by reply/.exec(ended.out);
    expect(
      said
        ?.slice(1)
        .map(Number)
        .every((figure) => figure > 0),
    ).toBe(true);
    expect(ended.out).toMatch(/\| \d+ delivered, [1-9]\d* STOP \|/);
  });

  test("prints what the README shows, but for names and figures", async () => {
    const [, sample = ""] =
      /<!-- demo:begin -->\n```text\n([\s\S]*)```\n<!-- demo:end -->/.exec(await readFile("README.md", "utf8")) ?? [];
    const [messages = "", ...rest] = sample.split("\n …\n");
    const [head = "", ...lines] = messages.split("\n");
    expect(head).toMatch(/^ \d:\d\d {2}nudge by chat to \S+\*{4}\S+, order PH-\d+$/);
    // Which messages are shown depends on chance: the words are those of the template, whatever stands in its braces.
    const [, template = ""] = /"nudge\.chat\.en":\s+'(.*)',/.exec(await readFile("src/demo/files.ts", "utf8")) ?? [];
    const words = template.split(/\{\{.*?\}\}/).map(escaped);
    expect(words.length).toBeGreaterThan(5);
    expect(lines.map((line) => line.trim()).join(" ")).toMatch(new RegExp(`^${words.join(".*")}$`));
    const printed = shapeOf(ended.out);
    const entries = rest
      .join("\n")
      .replaceAll(/\n {6}(?=\S)/g, " ")
      .split("\n")
      .filter((line) => line !== "");
    expect(entries.length).toBeGreaterThan(6);
    // The figures of a line depend on chance, and so do the words between them when there are few buyers.
    for (const entry of entries) {
      const [, label] = /^ {2}(\S.*?) {2,}/.exec(entry) ?? [];
      if (label === undefined) expect(printed).toContain(shapeOf(entry));
      else expect(ended.out).toMatch(new RegExp(`^ {2}${escaped(label)} {2,}\\S`, "m"));
    }
  });

  test("shows no address, and no terminal codes to a pipe", () => {
    expect(ended.out).not.toMatch(/\+\d{8,}/);
    expect(ended.out).not.toMatch(/(?<![\w-])1990\d{7}|wx_\w/);
    expect(ended.out).not.toContain("\u001b");
  });

  test("leaves nothing behind", () => {
    expect(left).toEqual([]);
    expect(home).toEqual([]);
  });
});

test("stops and cleans up on Ctrl-C", async () => {
  const dir = await tempDir();
  let killed = false;
  const ended = await demo(["--buyers", "20"], { TMPDIR: dir }, (out, kill) => {
    if (!killed && out.includes("0:05 ")) {
      killed = true;
      kill();
    }
  });
  expect(ended).toMatchObject({ code: 130, err: "" });
  expect(await readdir(dir)).toEqual([]);
});

test("refuses a directory that is not empty", async () => {
  const dir = await tempDir();
  await writeFile(join(dir, "mine"), "");
  const ended = await demo([], { DUNLIN_DATA_DIR: dir });
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/^dunlin: DUNLIN_DATA_DIR .* is not empty.*\n$/);
  expect(await readdir(dir)).toEqual(["mine"]);
});

test("exits with 2 on wrong usage", async () => {
  const ended = await demo(["--buyers", "lots"], {});
  expect(ended.code).toBe(2);
  expect(ended.err).toMatch(/must be a whole number from 20 to/);
});

describe("the check at the end", () => {
  const buyer = {
    id: "b",
    habit: "late",
    name: "",
    locale: "en",
    phone: null,
    wechat: null,
    orders: [],
    pause: 0,
  } as const;
  const order = (id: string, paidKnownAt: number | null = null): BookedOrder => ({
    ...{ id, buyer, amount: 100, createdAt: 0, closesAt: 60_000, paidAt: paidKnownAt, paidKnownAt },
    ...{ closedAt: null, closedKnownAt: null },
  });
  const message = (id: string, at: number, orders: string[], step = "nudge", status = 200): Posted => ({
    ...{ id, at, orders, step, status, channel: "sms", to: "", text: "" },
  });
  const judge = (
    log: Posted[],
    orders: BookedOrder[],
    claimed: [string, number][] = [],
    stops: [string, number][] = [],
  ) => checkLog(log, new Map(orders.map((each) => [each.id, each])), new Map(claimed), new Map(stops));
  const books = (delivered: string[], stops: [string, number][], refused = 0) => ({
    ...{ refused: 0, byPeople: 2 },
    reports: { delivered: new Set(delivered), stops: new Map(stops), refused },
  });

  test("finds a second message to the same person, also about another order", () => {
    const log = [message("m1", 1_000, ["o1"]), message("m2", 2_000, ["o2"]), message("m3", 3_000, ["o1"], "last-call")];
    expect(judge(log, [order("o1"), order("o2")])).toMatchObject({ messages: 3, duplicates: 1 });
  });

  test("does not count a refused request as a message", () => {
    const log = [message("m1", 1_000, ["o1"], "nudge", 500), message("m2", 2_000, ["o1"])];
    expect(judge(log, [order("o1")])).toMatchObject({ messages: 1, duplicates: 0 });
  });

  test("finds a message after payment, unless it was claimed before the payment was answered", () => {
    const log = [message("m1", 5_000, ["o1"])];
    const paid = [order("o1", 4_000)];
    expect(judge(log, paid)).toMatchObject({ afterPayment: 1, crossed: 0 });
    expect(judge(log, paid, [["m1", 4_001]])).toMatchObject({ afterPayment: 1, crossed: 0 });
    expect(judge(log, paid, [["m1", 3_999]])).toMatchObject({ afterPayment: 0, crossed: 1 });
    expect(judge([message("m1", 9_500, ["o1"])], paid, [["m1", 3_999]])).toMatchObject({ afterPayment: 1 });
  });

  test("finds a message to an address that said STOP, unless it was claimed before the STOP was answered", () => {
    const log = [{ ...message("m1", 5_000, ["o1"]), to: "+1" }];
    const stops: [string, number][] = [["+1", 4_000]];
    expect(judge(log, [order("o1")], [], stops)).toMatchObject({ afterStop: 1, crossed: 0 });
    expect(judge(log, [order("o1")], [["m1", 3_999]], stops)).toMatchObject({ afterStop: 0, crossed: 1 });
    expect(judge(log, [order("o1")], [], [["+2", 4_000]])).toMatchObject({ afterStop: 0, crossed: 0 });
    expect(judge(log, [order("o1")], [], [["+1", 5_001]])).toMatchObject({ afterStop: 0, crossed: 0 });
  });

  test("finds a message after close, and a report with other figures", () => {
    const verdict = judge([message("m1", 60_000, ["o1"])], [order("o1")]);
    expect(verdict).toMatchObject({ afterClose: 1 });
    const reported = { sent: 2, delivered: 1, optOuts: 0, recoveredOrders: 1, pending: 0, byPeople: 1 };
    expect(faultsOf(verdict, reported, books(["m1", "m2"], [["+1", 5]], 1))).toEqual([
      "1 messages after close",
      "1 batches of receipts that Dunlin refused",
      "Dunlin reports 2 sent, the provider accepted 1",
      "Dunlin reports 1 delivered, the provider reported 2",
      "Dunlin reports 0 opt-outs by reply, the provider passed on 1",
      "Dunlin reports 1 orders recovered by people, the books of person and shop say 2",
      "Dunlin reports 1 orders recovered, the shop's books say 0",
    ]);
  });
});
