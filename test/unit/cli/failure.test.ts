import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, readSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explainFileError, isDatabaseError } from "../../../src/cli/failure.ts";
import { connect as connectDatabase } from "../../../src/db/client.ts";

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const nowhere = join(tmpdir(), "dunlin-nowhere", "file");

describe("errors of the file system", () => {
  it.each<[string, () => unknown, string]>([
    ["a file that is not there", () => readFileSync(nowhere), `${nowhere}: open: there is no such file or directory`],
    ["a directory that cannot be made", () => mkdirSync(nowhere), `${nowhere}: mkdir: there is no such file or`],
    ["a directory read as a file", () => readSync(openSync(tmpdir(), "r"), Buffer.alloc(9)), "read: it is a directory"],
  ])("names the place: %s", (_what, work, said) => {
    const error = thrown(work);
    expect(explainFileError(error)).toContain(said);
    expect(explainFileError(new Error("wrapped", { cause: error }))).toContain(said);
    expect(isDatabaseError(error)).toBe(false);
  });

  it.runIf(existsSync("/dev/full"))("explains a full disk", () => {
    const error = thrown(() => appendFileSync(openSync("/dev/full", "w"), "x"));
    expect(explainFileError(error)).toBe("write: no space is left on the disk (ENOSPC)");
    expect(isDatabaseError(error)).toBe(false);
  });
});

describe("errors of the database", () => {
  it("recognises a server that is not there", async () => {
    const { sql, close } = connectDatabase("postgres://nobody@127.0.0.1:1/none");
    const error = await sql`select 1`.catch((fault: unknown) => fault);
    await close(0);
    expect([isDatabaseError(error), explainFileError(error)]).toEqual([true, null]);
    const socket = join(tmpdir(), ".s.PGSQL.1");
    const gone = await new Promise((resolve) => connect(socket).on("error", resolve));
    expect([isDatabaseError(gone), explainFileError(gone)]).toEqual([true, null]);
  });

  it("recognises an error of the server, also inside a wrapper", () => {
    const said = Object.assign(new Error("no such table"), { severity: "ERROR", code: "42P01" });
    expect([said, new Error("failed query", { cause: said })].map(isDatabaseError)).toEqual([true, true]);
    const closed = Object.assign(new Error("write CONNECTION_CLOSED"), { code: "CONNECTION_CLOSED", errno: 0 });
    expect(isDatabaseError(closed)).toBe(true);
  });
});

it("does not explain other errors", () => {
  for (const error of [
    new TypeError("x is not a function"),
    Object.assign(new TypeError("x"), { code: "ERR_INVALID_ARG_TYPE" }),
    "a text",
  ])
    expect([explainFileError(error), isDatabaseError(error)]).toEqual([null, false]);
});
