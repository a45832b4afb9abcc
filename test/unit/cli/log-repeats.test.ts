/** The log in an outage. */
import { Writable } from "node:stream";
import { pino } from "pino";
import { expect, it } from "vitest";
import { countRepeats } from "../../../src/cli/log-repeats.ts";

function setup() {
  const lines: Record<string, unknown>[] = [];
  const timers: { at: number; run: () => void }[] = [];
  let now = 0;
  const stream = new Writable({
    write(chunk, _encoding, done) {
      const { time: _time, err: _err, ...line } = JSON.parse(String(chunk));
      lines.push(line);
      done();
    },
  });
  const log = pino(
    {
      base: null,
      level: "debug",
      hooks: { logMethod: countRepeats({ later: (run, ms) => timers.push({ at: now + ms, run }) }) },
    },
    stream,
  );
  const pass = (ms: number) => {
    now += ms;
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.run();
      else timers.push(timer);
    }
  };
  return { log, lines, pass };
}

it("writes the first line of a kind at once, counts the others, and says every 30 s how many there were", () => {
  const { log, lines, pass } = setup();
  const http = log.child({ part: "http" });
  for (let n = 0; n < 300; n++) {
    http.error(
      { err: Object.assign(new Error(`no space left on ${n}`), { code: "53100" }), events: n },
      "intake failed",
    );
    http.warn({ method: "POST", route: "/v1/events", status: 503, ms: n }, "answered");
  }
  expect(lines.map(({ msg, repeated }) => [msg, repeated])).toEqual([
    ["intake failed", undefined],
    ["answered", undefined],
  ]);
  pass(30_000);
  expect(lines.slice(2)).toEqual([
    { level: 50, part: "http", events: 299, repeated: 299, msg: "intake failed" },
    {
      level: 40,
      part: "http",
      method: "POST",
      route: "/v1/events",
      status: 503,
      ms: 299,
      repeated: 299,
      msg: "answered",
    },
  ]);
  pass(30_000);
  http.error({ err: Object.assign(new Error("no space left on 7"), { code: "53100" }), events: 1 }, "intake failed");
  expect(lines).toHaveLength(5);
  expect(lines[4]).not.toHaveProperty("repeated");
});

it("writes every line that differs in more than numbers, every line below a warning, and a line without fields", () => {
  const { log, lines, pass } = setup();
  for (let n = 0; n < 3; n++) {
    log.info({ n }, "draining");
    log.error({ shop: "acme", buyer: `b${n}` }, "a buyer could not be decided");
    log.warn({ status: 500 + n }, "answered");
    log.error({ err: Object.assign(new Error("x"), { code: `C${n}` }) }, "intake failed");
    log.warn("plain");
  }
  expect(lines).toHaveLength(13);
  pass(30_000);
  expect(lines[13]).toEqual({ level: 40, repeated: 2, msg: "plain" });
  expect(lines).toHaveLength(14);
});
