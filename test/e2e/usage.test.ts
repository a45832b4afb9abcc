/** Wrong usage of the command line: exit code 2, before anything is opened. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError } from "commander";
import { expect, it, onTestFinished } from "vitest";
import { program } from "../../src/cli/program.ts";
import { ROLE_NAMES } from "../../src/roles/names.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
/** A command that reaches the database fails. */
const env = {
  PATH: process.env.PATH ?? "",
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
  DUNLIN_CONFIG: devNull,
};

type Ended = { readonly code: number; readonly out: string; readonly err: string };
const run = (...args: string[]) => runWith(env, ...args);
const runWith = (env: Record<string, string>, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) =>
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  );

const unused = () => Promise.reject(new Error("nothing is started"));
const dunlin = (out: string[]): Command =>
  program({
    env,
    cwd: ".",
    output: { line: (text) => void out.push(text), piece: unused },
    exitWith: unused,
    service: { roles: ROLE_NAMES, start: unused },
  });

/** The same without a process. */
async function parse(args: readonly string[]): Promise<{ out: string[]; err: string; error: unknown }> {
  const out: string[] = [];
  const err: string[] = [];
  const parsed = dunlin(out);
  const listen = (command: Command): void => {
    command.configureOutput({ writeErr: (text) => void err.push(text), writeOut: (text) => void out.push(text) });
    for (const inner of command.commands) listen(inner);
  };
  listen(parsed);
  const error = await parsed.parseAsync(args, { from: "user" }).then(
    () => null,
    (reason: unknown) => reason,
  );
  return { out, err: err.join(""), error };
}

const WHEN = "must be a day (today, yesterday, 2026-11-10), a time on the shop's clock";
const [EARLIER, LATER] = ["2026-11-10T20:00:00+08:00", "2026-11-11T20:00:00+08:00"];
const test = ["send-test", "--campaign", "c", "--step", "s", "--channel", "sms"];

it.concurrent.each<[string[], string]>([
  [["report", "--by", "foo"], "foo is not one of campaign, step, channel"],
  [["report", "--compare", "previous"], "--compare needs the beginning of the period"],
  [["report", "--compare", "previous", "--on", "today", "--by", "hour"], "rows by hour cannot be compared"],
  [["report", "--by", "campaing"], "did you mean `campaign`?"],
  [["report", "--from", "lately"], WHEN],
  [["report", "--to", "2026-11-31"], WHEN],
  [["report", "--on", "20:00"], "must be a day, like yesterday, today or 2026-11-10"],
  [["report", "--on", "today", "--from", "yesterday"], "--on is a whole period"],
  [["report", "--from", "today", "--to", "yesterday"], "--from must be before --to"],
  [["report", "--from", LATER, "--to", EARLIER], "--from must be before --to"],
  [["report", "--from", EARLIER, "--to", EARLIER], "--from must be before --to"],
  [["report", "--owner", "--by", "campaign"], "the owner's page has no --by: leave out --owner"],
  [["report", "--shop", "acme", "--on", "today"], "the owner's page has no --on: leave out --shop"],
  [["report", "--shop", " "], "must not be empty"],
  [["report", "--format", "xml"], "Allowed choices are table, json, csv"],
  [["rehearse", "events.ndjson", "--campaigns", "templates", "--from", "2026-11-10T20:00:00"], WHEN],
  [["promise", "o1", "--shop", "acme", "--at", "tonight"], WHEN],
  [["desk", "outcome", "3f2a", "happy"], "Allowed choices are will_pay, not_reached"],
  [["worker", "--roles", ""], "must name at least one of intake, dispatch, upkeep"],
  [["worker", "--roles", "intake,api"], "api is not one of intake, dispatch, upkeep"],
  [["keys", "create", "Vera", "--role", "boss"], "Allowed choices are viewer, operator, admin"],
  [["keys", "create", "admin key", "--role", "viewer"], "must consist of letters, digits"],
  [["keys", "create", "", "--role", "viewer"], "must consist of letters, digits"],
  [["campaigns", "rollback", "default", "--to", "latest"], "must be a whole number from 1"],
  [[...test, "--to", "+8613812345678", "--locale", "not a locale"], "must be a locale, like en or zh-CN"],
  [[...test, "--to", " "], "must not be empty"],
  [["suppress", "", "--shop", "acme"], "must not be empty"],
  [["unsuppress", "", "--shop", "acme"], "must not be empty"],
  [["unsuppress", "+8613812345678"], "required option '--shop <shop>' not specified"],
  [["explain", "o1"], "required option '--shop <shop>' not specified"],
])("%j is wrong usage", async (args, said) => {
  const { out, err, error } = await parse(args);
  expect(error).toBeInstanceOf(CommanderError);
  expect(error).not.toMatchObject({ exitCode: 0 });
  expect(out).toEqual([]);
  expect(err).toContain(said);
});

it.each(["--version", "-V"])("%s prints the version of the package", async (flag) => {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  const { out, err, error } = await parse([flag]);
  expect(error).toMatchObject({ exitCode: 0 });
  expect([out.join("").trim(), err]).toEqual([version, ""]);
});

/** Every command that has no commands of its own, by its words. */
function leaves(command: Command, words: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[words.join(" "), command]];
  return command.commands.flatMap((inner) => leaves(inner, [...words, inner.name()]));
}
const ALL = leaves(dunlin([]));

it("the help of the program lists its commands, and says where settings and examples are", async () => {
  const { out } = await parse(["--help"]);
  for (const words of ["docs/configuration.md", "--help", "--version", "Exit codes: 0 done", "dunlin demo"])
    expect(out.join("")).toContain(words);
  expect(ALL.length).toBeGreaterThan(18);
});

it.each(ALL)(
  "the help of %s describes it, each argument and option, and gives examples that are right",
  async (words, command) => {
    const { out } = await parse([...words.split(" "), "--help"]);
    const help = out.join("");
    const parts = [...command.registeredArguments, ...command.options].map(({ description }) => description);
    for (const said of [command.description(), ...parts]) expect(said.length, help).toBeGreaterThan(6);
    const examples = [...help.matchAll(/^ {2}(?:.*[ |])?(dunlin [^|>\n]*)/gm)].map(([, line = ""]) => line.trim());
    expect(examples.length, help).toBeGreaterThan(0);
    for (const example of examples) {
      expect(example).toMatch(new RegExp(`^dunlin ${words}( |$)`));
      const args = [...example.slice(`dunlin ${words}`.length).matchAll(/"([^"]*)"|(\S+)/g)].map(
        (part) => part[1] ?? part[2] ?? "",
      );
      const fresh = again(words);
      const { unknown, operands } = fresh.parseOptions(args);
      expect({ example, unknown }).toEqual({ example, unknown: [] });
      expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length);
      expect(operands.length).toBeGreaterThanOrEqual(
        command.registeredArguments.filter(({ required }) => required).length,
      );
      for (const option of command.options) if (option.mandatory) expect(example).toContain(option.long ?? "");
    }
  },
);

/** Options keep what was parsed before, so each example gets a command of its own. */
function again(words: string): Command {
  const found = leaves(dunlin([])).find(([name]) => name === words)?.[1];
  if (found === undefined) throw new Error(`there is no command ${words}`);
  return found;
}

it("wrong usage exits with 2", async () => {
  const { code, out, err } = await run("worker", "--roles", "intake,api");
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain("api is not one of intake, dispatch, upkeep");
});

it("a failure of the database exits with 1", async () => {
  const { code, out, err } = await run("report", "--by", "step, day,", "--from", EARLIER, "--to", LATER);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/^dunlin: PostgreSQL is not reachable at 127\.0\.0\.1:1 .*\n$/);
});

it.runIf(existsSync("/proc/self"))("a failure of the file system is not reported as one of the database", async () => {
  const { code, out, err } = await runWith({ PATH: env.PATH, DUNLIN_DATA_DIR: "/proc/dunlin" }, "report");
  expect([code, out]).toEqual([1, ""]);
  expect(err).toBe("dunlin: /proc/dunlin: mkdir: there is no such file or directory (ENOENT)\n");
});

it("npx runs the program that was built, and prints nothing but its answer", async () => {
  const cache = await mkdtemp(join(tmpdir(), "dunlin-npx-"));
  onTestFinished(() => rm(cache, { recursive: true, force: true }));
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  // Without the registry, and without a build below the other tests.
  const npm = {
    npm_config_cache: cache,
    npm_config_offline: "true",
    npm_config_ignore_scripts: "true",
    npm_config_update_notifier: "false",
  };
  const ended = await new Promise<Ended>((resolve) => {
    const settings = { cwd, env: { PATH: env.PATH, HOME: cache, ...npm } };
    execFile("npx", ["dunlin", "--version"], settings, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
  expect(ended).toEqual({ code: 0, out: `${version}\n`, err: "" });
});
