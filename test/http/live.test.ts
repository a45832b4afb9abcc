/** The console's files and addresses, and the stream of changes. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect as connectDatabase, type Sql } from "../../src/db/client.ts";
import { readMarks } from "../../src/db/stores/reads/today/mark-store.ts";
import { createVault } from "../../src/db/vault.ts";
import type { Topic } from "../../src/http/contract/console/stream.ts";
import { createChanges } from "../../src/reporting/live/changes.ts";
import { reportVerbs } from "../../src/roles/verbs/report-verbs.ts";
import { lockTable, testDatabase } from "../support/database.ts";
import { cookie, stubServer } from "./support.ts";

async function builtConsole(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "console-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  await mkdir(join(dir, "assets"));
  await writeFile(join(dir, "index.html"), "<!doctype html><title>Dunlin</title>");
  await writeFile(join(dir, "assets", "index-1a2b.js"), "export {};");
  await writeFile(join(dir, "assets", "index-1a2b.js.gz"), gzipSync("export {};"));
  await writeFile(join(dir, "manifest.json"), "{}");
  return dir;
}

describe("the console", () => {
  it("is the same document at each of its addresses, without a key, under a policy without inline scripts", async () => {
    const { app } = stubServer({ consoleDir: await builtConsole() });
    for (const url of ["/", "/campaigns", "/campaigns/d11", "/orders/acme/o%2F1?tab=x", "/settings/people"]) {
      const answer = await app.inject(url);
      expect([answer.statusCode, answer.headers["content-type"]], url).toEqual([200, "text/html; charset=utf-8"]);
      expect(answer.body).toContain("<title>Dunlin</title>");
      expect(answer.headers["cache-control"]).toBe("no-cache");
      expect(answer.headers["content-security-policy"]).toContain("script-src 'self';");
      expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    }
    const script = await app.inject("/assets/index-1a2b.js");
    expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(script.headers["content-type"]).toMatch("javascript");
    const packed = await app.inject({ url: "/assets/index-1a2b.js", headers: { "accept-encoding": "gzip" } });
    expect([script, packed].map(({ headers }) => [headers["content-encoding"], headers.vary])).toEqual([
      [undefined, "accept-encoding"],
      ["gzip", "accept-encoding"],
    ]);
    for (const url of ["/assets/none.js", "/assets/../manifest.json", "/manifest.json", "/nowhere", "/v1/nowhere"]) {
      const answer = await app.inject(url);
      expect([answer.statusCode, answer.json().code], url).toEqual([404, "not_found"]);
    }
  });

  it("has no address where it is not built", async () => {
    const { app, lines } = stubServer({ consoleDir: join(tmpdir(), "no-console-here") });
    expect((await app.inject("/")).statusCode).toBe(404);
    expect((await app.inject("/healthz")).statusCode).toBe(200);
    expect(lines.join("")).toContain("npm run build");
  });

  it("that cannot be read keeps the process from starting", async () => {
    const dir = await mkdtemp(join(tmpdir(), "console-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    await mkdir(join(dir, "index.html"));
    await expect(stubServer({ consoleDir: dir }).app.ready()).rejects.toThrow("EISDIR");
  });
});

describe("GET /v1/stream", () => {
  it("sends the topics that changed to those who are signed in, and ends when they cannot be read or the server stops", async () => {
    const listeners = new Set<(topics: readonly Topic[] | null, mark: string) => void>();
    const begun: (string | null)[] = [];
    const { app } = stubServer({
      changes: {
        mark: async () => "0~a",
        subscribe(listener, since) {
          begun.push(since);
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    });
    expect((await app.inject("/v1/stream")).statusCode).toBe(401);
    const head = await app.inject({ method: "HEAD", url: "/v1/stream", headers: cookie("viewer") });
    expect([head.statusCode, listeners.size]).toEqual([404, 0]);
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => app.close());
    const open = async (query = "", more: Record<string, string> = {}) => {
      const answer = await fetch(`${url}/v1/stream${query}`, { headers: { ...cookie("viewer"), ...more } });
      expect(answer.headers.get("content-type")).toBe("text/event-stream");
      return answer.text();
    };
    const connections = () =>
      new Promise<number>((resolve) => app.server.getConnections((_fault, count) => resolve(count)));
    const emit = async (...sent: (readonly Topic[] | null)[]) => {
      await expect.poll(() => listeners.size).toBe(1);
      for (const topics of sent) for (const listener of listeners) listener(topics, "1~a");
    };
    const first = open();
    await emit(["figures"], ["figures", "changes"], null);
    expect(await first).toBe(
      "retry: 2000\n\nid: 1~a\nevent: figures\ndata:\n\nid: 1~a\nevent: figures\ndata:\n\nid: 1~a\nevent: changes\ndata:\n\n",
    );
    await expect.poll(() => listeners.size).toBe(0);
    // A reader that takes nothing is written to no more, and cut off.
    const before = await connections();
    const stalled = connect(Number(new URL(url).port), "127.0.0.1");
    onTestFinished(() => void stalled.destroy());
    stalled.pause().on("error", () => {});
    stalled.write(
      `GET /v1/stream HTTP/1.1\r\nhost: x\r\n${Object.entries(cookie("viewer"))
        .map(([name, value]) => `${name}: ${value}`)
        .join()}\r\n\r\n`,
    );
    await expect.poll(() => listeners.size).toBe(1);
    const [listener] = listeners;
    for (let sent = 0; sent < 20_000; sent++)
      listener?.(
        Array.from({ length: 100 }, () => "figures" as const),
        "1~a",
      );
    listener?.(null, "");
    expect(listeners.size).toBe(0);
    listener?.(["figures"], "2~a");
    await expect.poll(connections, { timeout: 5_000 }).toBe(before);
    // A browser begins with the mark of the session, and goes on after its last event.
    const session = await app.inject({ url: "/v1/session", headers: cookie("viewer") });
    expect(session.json().mark).toBe("0~a");
    const again = open("?since=0~a", { "last-event-id": "1~a" });
    await emit(null);
    await again;
    const second = open("?since=0~a");
    await emit(["changes"]);
    await app.close();
    expect(await second).toContain("event: changes");
    expect(listeners.size).toBe(0);
    expect(begun).toEqual([null, null, "1~a", "0~a"]);
  });
});

describe("what changed", () => {
  /** Runs one look of the loop. */
  const loop = (read: Parameters<typeof createChanges>[0]["read"]) => {
    const waiting: (() => void)[] = [];
    const warned: unknown[] = [];
    const changes = createChanges({
      read,
      log: { warn: (line: unknown) => void warned.push(line) },
      later: (run) => {
        waiting.push(run);
        return () => waiting.splice(waiting.indexOf(run), 1);
      },
    });
    const look = async () => {
      waiting.shift()?.();
      await expect.poll(() => waiting.length).toBeLessThanOrEqual(1);
    };
    return { changes, waiting, warned, look };
  };

  it("is asked once for all readers, and not at all without one", async () => {
    let marks = { figures: "1", changes: "a" };
    let reads = 0;
    const { changes, waiting, look } = loop(async () => {
      reads++;
      return marks;
    });
    expect(waiting).toEqual([]);
    const seen: (readonly Topic[] | null)[] = [];
    const leave = [changes.subscribe((topics) => seen.push(topics)), changes.subscribe((topics) => seen.push(topics))];
    await look();
    await expect.poll(() => waiting.length).toBe(1);
    const all = ["figures", "changes"];
    expect(seen).toEqual([all, all]);
    // One who comes later may have read what changed since the last look.
    leave.push(changes.subscribe((topics) => seen.push(topics)));
    expect(seen.splice(0)).toEqual([all, all, all]);
    marks = { figures: "2", changes: "a" };
    await look();
    await expect.poll(() => seen).toEqual([["figures"], ["figures"], ["figures"]]);
    expect(reads).toBe(2);
    for (const each of leave) each();
    expect(waiting).toEqual([]);
  });

  it("is named from a mark on, also when others read the stream already", async () => {
    let marks = { figures: "1", changes: "a" };
    const { changes, waiting, look } = loop(async () => marks);
    const mark = await changes.mark();
    const seen: unknown[] = [];
    const note =
      (name: string) =>
      (...heard: unknown[]) =>
        seen.push([name, ...heard]);
    changes.subscribe(note("first"), mark);
    await look();
    await expect.poll(() => waiting.length).toBe(1);
    expect(seen).toEqual([]);
    // This mark is newer than the last look, so it hears nothing of the time before it.
    changes.subscribe(note("second"), "2~a");
    changes.subscribe(note("third"), "no mark");
    expect(seen.splice(0)).toEqual([["third", ["figures", "changes"], "1~a"]]);
    marks = { figures: "2", changes: "a" };
    await look();
    await expect
      .poll(() => seen)
      .toEqual([
        ["first", ["figures"], "2~a"],
        ["third", ["figures"], "2~a"],
      ]);
    expect(await changes.mark()).toBe("2~a");
  });

  it("ends the streams when the database does not answer, and goes on with the next reader", async () => {
    let out = true;
    const { changes, waiting, warned, look } = loop(async () => {
      if (out) throw new Error("gone");
      return { figures: "1", changes: "a" };
    });
    const seen: (readonly Topic[] | null)[] = [];
    let leave = () => {};
    leave = changes.subscribe((topics) => {
      seen.push(topics);
      leave();
    });
    await look();
    await expect.poll(() => seen).toEqual([null]);
    expect(warned).toHaveLength(1);
    expect(waiting).toEqual([]);
    expect(await changes.mark()).toBeNull();
    out = false;
    changes.subscribe((topics) => seen.push(topics));
    await look();
    await expect.poll(() => seen).toEqual([null, ["figures", "changes"]]);
    expect(waiting).toHaveLength(1);
  });

  /** The first topics that a reader hears; the connections of reports are closed. */
  const firstHeard = async ({ sql, url }: { sql: Sql; url: string }, marksMs: number) => {
    const reads = connectDatabase(url);
    await reads.close();
    const zoneOf = () => "Asia/Shanghai";
    const vault = createVault(Buffer.alloc(32, 7));
    const warned: unknown[] = [];
    const log = { warn: (line: unknown) => void warned.push(line) };
    const current = () => {
      throw new Error("no campaign is asked for");
    };
    const own = { sql, reads: reads.sql, marks: sql, marksMs, log };
    const { changes } = reportVerbs({ ...own, shopOf: () => null, zoneOf, vault, current });
    const heard = await new Promise((resolve) => {
      const leave = changes.subscribe((topics) => {
        resolve(topics);
        leave();
      });
    });
    return { heard, warned };
  };

  it("needs none of the connections of reports, which may all be taken, and is not waited for without end", async () => {
    const database = await testDatabase();
    expect(await firstHeard(database, 60_000)).toEqual({ heard: ["figures", "changes"], warned: [] });
    await lockTable(database.url, "audit");
    expect(await firstHeard(database, 50)).toMatchObject({ heard: null, warned: [{ err: { name: "DeadlineError" } }] });
  });

  it.each<[string, (sql: Sql) => Promise<unknown>]>([
    [
      "a change of a figure",
      (sql) => sql`insert into report_changes (shop_id, at, orders) values ('acme', dunlin_now(), 1)`,
    ],
    [
      "a promise to pay",
      (sql) => sql`
        insert into promises (id, shop_id, case_id, orders, at, recorded_at, state)
        values (gen_random_uuid(), 'acme', gen_random_uuid(), array['o1'], dunlin_now(), dunlin_now(), 'open')`,
    ],
  ])("shows in the marks: %s", async (_what, write) => {
    const { sql } = await testDatabase();
    const before = await readMarks(sql);
    expect(await readMarks(sql)).toEqual(before);
    await write(sql);
    await expect.poll(async () => (await readMarks(sql)).figures, { timeout: 10_000 }).not.toBe(before.figures);
    expect((await readMarks(sql)).changes).toBe("");
  });
});
