import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { splitLines } from "../../src/core/text/lines.ts";
import type { EventsVerbs } from "../../src/http/contract/events.ts";
import { bearer, NDJSON_TYPE, order, pieces, realServer, stubServer } from "./support.ts";

const headers = { ...bearer(), ...NDJSON_TYPE };
type Server = ReturnType<typeof stubServer>["app"];
const post = (app: Server, payload: string | Buffer | Readable) =>
  app.inject({ method: "POST", url: "/v1/events", headers, payload });
const line = (n: number | string, change?: Record<string, unknown>) => `${JSON.stringify(order(n, change))}\n`;

describe("POST /v1/events with NDJSON", () => {
  it("lets others have their turn while it checks lines, however many arrive at once", async () => {
    const submit: EventsVerbs["intake"]["submit"] = async (events) => {
      const began = performance.now();
      while (performance.now() - began < 10);
      return { accepted: events.length, duplicates: 0, rejected: [], warnings: [] };
    };
    const { app } = stubServer({ intake: { pending: 0, submit } });
    let turns = 0;
    let ended = false;
    const count = () => {
      turns++;
      if (!ended) setImmediate(count);
    };
    const posted = post(app, pieces(["{}\n".repeat(60_000)]));
    count();
    expect((await posted).json()).toMatchObject({ accepted: 60_000 });
    ended = true;
    expect(turns).toBeGreaterThan(15);
  });

  it("accepts lines that arrive byte by byte, with split characters, CRLF, blank lines and a byte order mark", async () => {
    const { app, stored, database } = await realServer();
    const text = `\ufeff\r\n${line(1, { note: "急件 🚚" })}\n  \r\n${line(2).replace("\n", "\r\n")}${line(3).trimEnd()}`;
    const answer = await post(app, pieces([...Buffer.from(text)].map((byte) => Buffer.of(byte))));
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      { accepted: 3, duplicates: 0, rejected: [], warnings: [] },
    ]);
    expect(await stored()).toBe(3);
    expect(await database.sql`select told->>'note' as note from order_events where id = 'e1'`).toEqual([
      { note: "急件 🚚" },
    ]);
  });

  it("reports bad lines by index and line, also a last line that is cut off, and accepts the others", async () => {
    const { app, stored } = await realServer();
    const parts = [
      line(1),
      "\n",
      "{oops}\n",
      line(2, { amount: "-1" }),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      `"${"x".repeat(1_000_001)}"\n`,
      line(1),
      line(3),
      line(4).slice(0, 60),
    ];
    const answer = await post(app, pieces(parts));
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({
      accepted: 2,
      duplicates: 1,
      rejected: [
        {
          index: 1,
          line: 3,
          id: null,
          code: "invalid_json",
          message: expect.stringMatching(/^line 3: column 2: expected a key/),
        },
        { index: 2, line: 4, id: "e2", code: "invalid_event", message: expect.stringMatching(/^order\.amount/) },
        {
          index: 3,
          line: 5,
          id: null,
          code: "invalid_json",
          message: expect.stringContaining("byte 2 is not valid UTF-8"),
        },
        { index: 4, line: 6, id: null, code: "line_too_long", message: "line 6: is longer than 1 MB" },
        { index: 7, line: 9, id: null, code: "invalid_json", message: expect.stringMatching(/^line 9: .*cut off/) },
      ],
      warnings: [],
    });
    expect(await stored()).toBe(2);
  });

  it("answers an empty stream with zeros", async () => {
    const { app } = stubServer();
    expect((await post(app, "\n\n")).json()).toEqual({ accepted: 0, duplicates: 0, rejected: [], warnings: [] });
  });

  it("keeps the order of chunks, with only a few of them pending", async () => {
    let running = 0;
    let most = 0;
    let sizes = 0;
    const submit: EventsVerbs["intake"]["submit"] = async (events) => {
      most = Math.max(most, ++running);
      sizes = Math.max(sizes, events.length);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      running--;
      return {
        accepted: events.length - 1,
        duplicates: 0,
        rejected: [{ index: 5, id: null, code: "invalid_event", message: "x" }],
        warnings: [{ index: 7, id: "e", code: "phone_unreadable", message: "x" }],
      };
    };
    const { app } = stubServer({ intake: { pending: 0, submit } });
    const lines = Array.from({ length: 20 }, (_, n) => `${n}\n`.repeat(500));
    const { accepted, rejected, warnings } = (await post(app, pieces(lines))).json();
    expect(warnings[9]).toEqual({ index: 9_007, line: 9_008, id: "e", code: "phone_unreadable", message: "x" });
    expect(accepted).toBe(9_990);
    expect(rejected.map(({ index }: { index: number }) => index)).toEqual([
      5, 1005, 2005, 3005, 4005, 5005, 6005, 7005, 8005, 9005,
    ]);
    expect(sizes).toBe(1_000);
    expect(most).toBeLessThanOrEqual(3);
  });

  it("reads only as fast as the store accepts events", async () => {
    const waiting: (() => void)[] = [];
    const submit: EventsVerbs["intake"]["submit"] = async (events) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { accepted: events.length, duplicates: 0, rejected: [], warnings: [] };
    };
    const { app } = stubServer({ intake: { pending: 0, submit } });
    let given = 0;
    const stream = Readable.from(
      (function* () {
        for (; given < 100; given++) yield Buffer.from("1\n".repeat(1_000));
      })(),
    );
    const answer = post(app, stream);
    await vi.waitFor(() => expect(waiting).toHaveLength(3), { timeout: 10_000 });
    // It goes no further.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(waiting).toHaveLength(3);
    expect(given).toBeLessThan(60);
    const timer = setInterval(() => waiting.shift()?.(), 1);
    expect((await answer).json()).toEqual({ accepted: 100_000, duplicates: 0, rejected: [], warnings: [] });
    clearInterval(timer);
  });

  it("says where to resume when the store goes out, and confirms nothing after that line", async () => {
    let calls = 0;
    const submit: EventsVerbs["intake"]["submit"] = async (events) => {
      if (++calls === 3) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        throw new Error("gone");
      }
      return { accepted: events.length, duplicates: 0, rejected: [], warnings: [] };
    };
    const { app } = stubServer({ intake: { pending: 0, submit } });
    const answer = await post(app, pieces(["\n", ..."12345".split("").map((n) => `${n}\n`.repeat(1_000))]));
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect(answer.json()).toMatchObject({
      code: "store_unavailable",
      detail: expect.stringContaining("resume from line 2002"),
      accepted: 2_000,
      duplicates: 0,
      rejected: [],
      resumeFrom: { index: 2_000, line: 2_002 },
    });
    // Later events were stored, but are not confirmed: sent again, they count as duplicates.
    expect(calls).toBe(5);
  });

  it("ends a stream that falls silent, and says where to resume", async () => {
    const { app, stored } = await realServer({ options: { stallTimeout: 100 } });
    const answer = await post(app, pieces([...Array.from({ length: 1_000 }, (_, n) => line(n)), line("a")], false));
    expect(answer.statusCode).toBe(408);
    expect(answer.json()).toMatchObject({
      code: "request_timeout",
      accepted: 1_000,
      resumeFrom: { index: 1_000, line: 1_001 },
    });
    expect(await stored()).toBe(1_000);
  });

  it("ends a stream when the process stops, after the pending chunks", async () => {
    let release = () => {};
    const submit: EventsVerbs["intake"]["submit"] = async (events) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { accepted: events.length, duplicates: 0, rejected: [], warnings: [] };
    };
    const { app } = stubServer({ intake: { pending: 0, submit } });
    const answer = post(app, pieces(["1\n".repeat(1_000)], false));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = app.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    expect((await answer).json()).toMatchObject({
      status: 503,
      code: "shutting_down",
      accepted: 1_000,
      resumeFrom: { line: 1_001 },
    });
    await closed;
  });

  it("lists the first 10,000 rejected lines and counts the others", async () => {
    const { app } = stubServer();
    const { rejected, rejectedNotListed } = (await post(app, "{\n".repeat(12_345))).json();
    expect([rejected.length, rejectedNotListed]).toEqual([10_000, 2_345]);
  });
});

it("splits bytes into the same lines, however they are chunked", () => {
  const bytes = fc
    .array(fc.constantFrom(..."ab\n\r 急".split("")), { maxLength: 60 })
    .map((chars) => Buffer.from(chars.join("")));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(60), { maxLength: 8 }), (text, cuts) => {
      const got: [string, number][] = [];
      const splitter = splitLines({ maxBytes: 1_000, onLine: (line, number) => got.push([line.toString(), number]) });
      let from = 0;
      for (const cut of [...cuts, text.length].sort((a, b) => a - b)) {
        const to = Math.min(cut, text.length);
        splitter.feed(text.subarray(from, to));
        from = to;
      }
      splitter.end();
      const wanted = text.toString().split("\n");
      if (wanted.at(-1) === "") wanted.pop();
      expect(got).toEqual(wanted.map((line, at) => [line.replace(/\r$/, ""), at + 1]));
    }),
  );
});
