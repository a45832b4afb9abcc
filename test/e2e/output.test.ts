/** A command whose output nobody reads any more. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { T0 } from "../support/rules.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "dunlin-output-"));
  mkdirSync(join(dir, "good/promo"), { recursive: true });
  writeFileSync(
    join(dir, "good/promo/campaign.yaml"),
    "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n",
  );
  writeFileSync(join(dir, "good/promo/nudge.sms.en.hbs"), "{{shop}}: {{total}} STOP");
  const at = new Date(T0).toISOString();
  const events = Array.from({ length: 3_000 }, (_, n) => {
    const order = {
      id: `o${n}`,
      amount: "1.00",
      currency: "USD",
      createdAt: at,
      buyer: { id: `b${n}`, phone: "+86138" },
    };
    return JSON.stringify({ id: `e${n}`, type: "order.created", occurredAt: at, shop: "acme", order });
  });
  writeFileSync(join(dir, "events.ndjson"), events.join("\n"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** `stdout` a descriptor, or a pipe that is closed when so many bytes were read. */
async function run(stdout: { fd: number } | { read: number }, args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? "", HOME: dir },
    stdio: ["ignore", "fd" in stdout ? stdout.fd : "pipe", "pipe"],
  });
  let err = "";
  child.stderr?.on("data", (chunk) => {
    err += String(chunk);
  });
  const pipe = child.stdout;
  if (pipe !== null && "read" in stdout) {
    if (stdout.read > 0) await once(pipe, "data");
    pipe.destroy();
  }
  const [code] = await once(child, "close");
  return { code, err };
}

const COMMANDS = [
  ["campaigns", "validate", "good"],
  ["rehearse", "events.ndjson", "--campaigns", "good"],
  ["rehearse", "events.ndjson", "--campaigns", "good", "--json"],
];

describe("a closed pipe", () => {
  it.each(COMMANDS)("ends %s %s quietly", async (...args) => {
    expect(await run({ read: 0 }, args)).toEqual({ code: 141, err: "" });
  });

  it("ends also in the midst of a long answer", async () => {
    expect(await run({ read: 100 }, COMMANDS[2] ?? [])).toEqual({ code: 141, err: "" });
  });

  it("does not hide what failed", async () => {
    const { code, err } = await run({ read: 0 }, ["campaigns", "validate", "nowhere"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^dunlin: nowhere/);
  });
});

describe.runIf(existsSync("/dev/full"))("a full disk", () => {
  it.each([...COMMANDS, ["--help"], ["report", "--help"]])("is reported by %s %s", async (...args) => {
    expect(await run({ fd: openSync("/dev/full", "w") }, args)).toEqual({
      code: 1,
      err: "dunlin: standard output: no space is left on the disk (ENOSPC)\n",
    });
  });
});
