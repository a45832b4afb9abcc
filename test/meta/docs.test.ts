import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { program } from "../../src/cli/program.ts";
import { REASONS } from "../../src/core/values/reason.ts";
import { PROVIDERS } from "../../src/render/catalog/front-schema.ts";
import { parseTemplate } from "../../src/render/catalog/template-file.ts";

const dunlin = program({
  env: {},
  cwd: "",
  output: { line: () => {}, piece: async () => {} },
  service: { roles: ["api", "intake"], start: () => Promise.reject(new Error("not started here")) },
});
const readme = readFileSync("README.md", "utf8");

/** First cells of the table under a heading, backticks and arguments stripped. */
function firstCells(heading: string): string[] {
  const section = readme.slice(readme.indexOf(`## ${heading}`));
  const end = section.indexOf("\n## ", 1);
  return section
    .slice(0, end === -1 ? undefined : end)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|")[1] ?? "");
}

describe("README", () => {
  it("lists every command, and none that is not there", () => {
    const documented = firstCells("Commands")
      .flatMap((cell) => [...cell.matchAll(/`(\w+(?:-\w+)?)/g)].map(([, name]) => name))
      .sort();
    const real = dunlin.commands.map((command) => command.name()).filter((name) => name !== "help");
    expect([...new Set(documented)]).toEqual(real.sort());
  });

  it("lists every environment variable that is read", () => {
    const documented = firstCells("Configuration").flatMap((cell) =>
      [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
    );
    const source = readFileSync("src/config/environment.ts", "utf8");
    const read = [...source.matchAll(/value\("([A-Z_]+)"\)/g)].map(([, name]) => name);
    expect([...new Set(documented)].sort()).toEqual([...new Set(read)].sort());
  });
});

it("shows front matter as it is taken", () => {
  const [, text = ""] = /```handlebars\n([\s\S]*?)```/.exec(readme) ?? [];
  const name = { campaign: "c", step: "s", variant: null, channel: "sms", locale: "zh-CN" };
  const parsed = parseTemplate(name, text);
  expect(parsed.ok ? Object.keys(parsed.template.front) : parsed.faults).toEqual([...PROVIDERS]);
});

const allCommands = (command: Command): Command[] => command.commands.flatMap((each) => [each, ...allCommands(each)]);

it("has a description and help for every command and argument", () => {
  for (const command of allCommands(dunlin)) {
    expect(command.description(), command.name()).not.toBe("");
    for (const option of command.options) expect(option.description, `${command.name()} ${option.long}`).not.toBe("");
    for (const argument of command.registeredArguments) expect(argument.description, command.name()).not.toBe("");
  }
});

it("keeps the list of reasons closed", () => {
  expect(REASONS).toHaveLength(23);
  expect(new Set(REASONS).size).toBe(23);
});
