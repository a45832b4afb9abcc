/** Input and surroundings that are wrong: one clear error each, with place and remedy, and what is right beside it goes in. */
import { execFileSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { eventually } from "../support/eventually.ts";
import type { Program } from "../support/service/program.ts";
import { QUEUES } from "../support/service/redis.ts";
import { type Rig, rig } from "../support/service/rig.ts";
import { created, post } from "../support/service/shop.ts";

/** Good, with one thing changed. */
function broken(id: string, change: (event: ReturnType<typeof created>) => unknown) {
  return change(created(id, Date.now()));
}

const BAD = [
  {
    code: "invalid_event",
    says: /^order\.amount: must be a plain decimal/,
    event: broken("neg", (e) => ({ ...e, order: { ...e.order, amount: "-5.00" } })),
  },
  {
    code: "invalid_event",
    says: /^order\.currency: is not an ISO 4217/,
    event: broken("cur", (e) => ({ ...e, order: { ...e.order, currency: "ZZZ" } })),
  },
  {
    code: "invalid_event",
    says: /^occurredAt: must be an RFC 3339 instant with an offset/,
    event: broken("off", (e) => ({ ...e, occurredAt: "2026-11-10T20:00:00" })),
  },
  {
    code: "unknown_shop",
    says: /"nobody" is not configured: list it under shops/,
    event: broken("shop", (e) => ({ ...e, shop: "nobody" })),
  },
  {
    code: "invalid_event",
    says: /^type: must be one of order\.created/,
    event: broken("type", (e) => ({ ...e, type: "order.made" })),
  },
];
/** A 64-bit number is lost in JavaScript: it must be written into the text. */
const NUMBER_ID = JSON.stringify(created("@", Date.now())).replace('"id":"@"', '"id":9007199254740993');
const NUMBER_SAYS = /^order\.id: must be a string: a 64-bit number would lose its last digits/;

const stored = async (service: Rig) =>
  (await service.sql<{ id: string }[]>`select id from orders order by id collate "C"`).map(({ id }) => id);

/** Ends with 1, and says why in one line that holds all of `words`. */
async function refuses(program: Program, words: readonly (string | RegExp)[]): Promise<void> {
  const { code } = await program.ended;
  const err = program.err();
  expect({ code, err, out: program.out() }).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^dunlin: [^\n]+\n$/),
  });
  for (const word of words) expect(err).toMatch(word);
}

describe.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)(
    "events: each is refused for its own reason over HTTP, NDJSON, the queue and a file, and the good ones go in",
    async (context) => {
      const service = await rig(context, { queue });
      const api = await service.up(["start"]);
      const bad = BAD.map(({ event }) => event);

      const array = await post(
        api.url,
        `[${JSON.stringify(created("a1", Date.now()))},${NUMBER_ID},${bad.map((event) => JSON.stringify(event)).join(",")},${JSON.stringify(created("a2", Date.now()))}]`,
      );
      expect(array).toMatchObject({ status: 202, body: { accepted: 2, duplicates: 0 } });
      expect(array.body.rejected).toEqual([
        { index: 1, id: "c-@", code: "invalid_event", message: expect.stringMatching(NUMBER_SAYS) },
        ...BAD.map(({ code, says }, n) => ({
          index: n + 2,
          id: expect.any(String),
          code,
          message: expect.stringMatching(says),
        })),
      ]);
      const singles = await Promise.all(bad.map((event) => post(api.url, event)));
      for (const [n, { status, body }] of singles.entries())
        expect({ status, code: body.code, detail: body.detail }).toEqual({
          status: 422,
          code: BAD[n]?.code,
          detail: expect.stringMatching(BAD[n]?.says ?? /^$/),
        });

      const json = await post(api.url, `{"id": "x",\n "type": order.created}`);
      expect(json).toMatchObject({
        status: 400,
        body: { code: "invalid_json", detail: expect.stringMatching(/line 2/) },
      });
      const lines = [
        JSON.stringify(created("n1", Date.now())),
        `{"id": `,
        NUMBER_ID,
        JSON.stringify(created("n2", Date.now())),
      ].join("\n");
      const ndjson = await post(api.url, lines, "application/x-ndjson");
      expect(ndjson).toMatchObject({
        status: 202,
        body: {
          accepted: 2,
          rejected: [
            { index: 1, code: "invalid_json" },
            { index: 2, code: "invalid_event", message: expect.stringMatching(NUMBER_SAYS) },
          ],
        },
      });
      const large = await post(
        api.url,
        `[${JSON.stringify({ ...created("l1", Date.now()), filler: "x".repeat(20_000_000) })}]`,
      );
      expect(large).toMatchObject({
        status: 413,
        body: { code: "payload_too_large", detail: expect.stringMatching(/NDJSON/) },
      });

      const backend = openQueueBackend(service.redis?.url ?? service.databaseUrl, {
        log: { info() {}, warn() {}, error() {} },
      });
      context.onTestFinished(() => backend.close());
      const shop = await backend.queue("orders");
      const job = await shop.add("event", [created("q1", Date.now()), ...bad, created("q2", Date.now())]);
      await eventually(
        "the job is kept among the failed",
        () => shop.getJobCounts("failed", "waiting", "active"),
        ({ failed, waiting, active }) => failed === 1 && waiting === 0 && active === 0,
      );
      const kept = await shop.getJob(job.id ?? "");
      expect(kept?.failedReason).toMatch(/^5 of 7 refused, the others are in; index 1: invalid_event: order\.amount/);

      await service.write(
        "orders.ndjson",
        [
          JSON.stringify(created("f1", Date.now())),
          `{"id": `,
          NUMBER_ID,
          JSON.stringify(bad[0]),
          JSON.stringify(created("f2", Date.now())).replace(/"phone":"[^"]*"/, '"phone":"1.39E+10"'),
        ].join("\n"),
      );
      const file = service.run(["import", "orders.ndjson", "--json"]);
      expect(await file.ended, file.err()).toEqual({ code: 0, signal: null });
      expect(JSON.parse(file.out())).toMatchObject({ accepted: 2, rejected: 3, warnings: 1 });
      expect(file.err()).toMatch(/^line 5: order\.buyer\.phone: .* \(phone_unreadable\)$/m);
      const rejects = (await readFile(join(service.dir, "orders.ndjson.rejected.ndjson"), "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(rejects.map(({ line, code }) => [line, code])).toEqual(
        expect.arrayContaining([
          [2, "invalid_json"],
          [3, "invalid_event"],
          [4, "invalid_event"],
        ]),
      );

      // Not UTF-8; and a line whose fault JSON.parse would print with the words around it.
      const line = '{"id": "x", "phone": "+8613812345678", oops}';
      await service.write(
        "gbk.ndjson",
        Buffer.concat([Buffer.from('{"name": "'), Buffer.from([0xc0, 0xee]), Buffer.from(`"}\n${line}`)]),
      );
      const gbk = service.run(["import", "gbk.ndjson"]);
      expect(await gbk.ended, gbk.err()).toEqual({ code: 1, signal: null });
      expect(gbk.err()).toMatch(
        /^dunlin: gbk\.ndjson: every line was rejected: gbk\.ndjson\.rejected\.ndjson has the lines/m,
      );
      const messages = (await readFile(join(service.dir, "gbk.ndjson.rejected.ndjson"), "utf8"))
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text).message);
      expect(messages).toEqual([
        "line 1: byte 11 is not valid UTF-8: send UTF-8",
        "line 2: column 40: expected a key in double quotes; is the file cut off?",
      ]);

      // No order file at all: one line, and no file of rejected lines.
      await service.write("array.ndjson", JSON.stringify([created("j1", Date.now())], null, 2));
      const foreign = service.run(["import", "array.ndjson"]);
      expect(await foreign.ended).toEqual({ code: 1, signal: null });
      expect(foreign.err()).toBe(
        "dunlin: array.ndjson: is a JSON array: write one event a line, as JSON in UTF-8, as `jq -c '.[]'` does\n",
      );
      await expect(readFile(join(service.dir, "array.ndjson.rejected.ndjson"))).rejects.toThrow("ENOENT");

      // The file of rejected lines cannot be written: the failure names it.
      await mkdir(join(service.dir, "full.ndjson.rejected.ndjson"));
      await service.write("full.ndjson", line);
      const full = service.run(["import", "full.ndjson"]);
      expect(await full.ended).toEqual({ code: 1, signal: null });
      expect(full.err()).toBe(
        "dunlin: full.ndjson.rejected.ndjson: cannot be written (EISDIR), and some lines were rejected: mend that and import again\n",
      );

      // Neither the output nor the queue repeats a number of the refused events.
      const numbers = bad.map((event) => /"phone":"(\+86\d+)"/.exec(JSON.stringify(event))?.[1] ?? "no number");
      for (const number of numbers) expect(api.out() + api.err() + JSON.stringify(kept)).not.toContain(number.slice(3));
      expect(await stored(service)).toEqual(["a1", "a2", "f1", "f2", "n1", "n2", "q1", "q2"]);
    },
  );
});

it("configuration: exit 1 and one line that names file, line and remedy", async (context) => {
  const service = await rig(context, { queue: "postgres" });
  const { write, run } = service;
  const campaign = await readFile(join(service.dir, "templates/fast/campaign.yaml"), "utf8");
  await write("typo/fast/campaign.yaml", campaign.replace("minLead:", "minLaed:"));
  await write("words/fast/campaign.yaml", campaign);
  for (const channel of ["sms", "chat"]) {
    await write(`typo/fast/nudge.${channel}.en.hbs`, "Order {{order.id}}");
    await write(
      `words/fast/nudge.${channel}.en.hbs`,
      `Order {{order.id}}\ncosts {{order.${channel === "sms" ? "amuont" : "amount"}}}`,
    );
  }
  await write("typo.yaml", "shops:\n  acme: { timeZone: Asia/Shangai }\n");
  await write("a-file", "");
  await Promise.all([
    refuses(run(["api"], { DUNLIN_TEMPLATES: "typo" }), [/fast\/campaign\.yaml:5\b.*minLaed/, /minLead/]),
    refuses(run(["worker"], { DUNLIN_TEMPLATES: "words" }), [/fast\/nudge\.(sms|chat)\.en\.hbs:2\b.*amuont/, /amount/]),
    refuses(run(["api"], { DUNLIN_CONFIG: "typo.yaml" }), [/typo\.yaml:2\b.*timeZone/]),
    refuses(run(["api"], { DUNLIN_SECRET_KEY: "" }), [/DUNLIN_SECRET_KEY.*openssl rand/]),
    refuses(run(["api"], { DATABASE_URL: "postgres://postgres@127.0.0.1:1/x" }), [
      /127\.0\.0\.1:1.*refused.*start it, or correct DATABASE_URL/,
    ]),
    refuses(run(["start"], { DATABASE_URL: "", DUNLIN_DATA_DIR: "a-file" }), [
      /a-file: cannot be used as a directory.*DUNLIN_DATA_DIR/,
    ]),
  ]);
});

it("data directory full or read-only: exit 1 and one line that names place and remedy", async (context) => {
  const service = await rig(context, { queue: "postgres" });
  const mounted = async (name: string, options: string): Promise<boolean> => {
    const dir = join(service.dir, name);
    await mkdir(dir);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", dir], { stdio: "ignore" });
    } catch {
      return false;
    }
    context.onTestFinished(() => void execFileSync("umount", ["-l", dir]));
    return true;
  };
  if (!((await mounted("full", "size=20m")) && (await mounted("read-only", "size=200m,ro"))))
    return context.skip("this user may not mount");
  await Promise.all([
    refuses(service.run(["start"], { DATABASE_URL: "", DUNLIN_DATA_DIR: "full" }), [
      /full: no disk space left.*free at least 100 MB/,
    ]),
    refuses(service.run(["start"], { DATABASE_URL: "", DUNLIN_DATA_DIR: "read-only" }), [
      /read-only: the file system is read-only: mount it writable/,
    ]),
  ]);
});
