/** The tables of the documents against the code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { z } from "zod";
import { program } from "../../src/cli/program.ts";
import { fileShape } from "../../src/config/file-schema.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { parseCampaignFile } from "../../src/core/campaign/campaign-file.ts";
import { REASONS } from "../../src/core/values/reason.ts";
import { approvedTemplates, channelProviders, providerOf } from "../../src/providers/all.ts";
import { parseTemplate } from "../../src/render/catalog/template-file.ts";
import { FIGURES } from "../../src/reporting/figures.ts";

const dunlin = program({
  env: {},
  cwd: "",
  output: { line: () => {}, piece: async () => {} },
  exitWith: () => {},
  service: { roles: ["api", "intake"], start: () => Promise.reject(new Error("not started here")) },
});
const read = (path: string) => readFileSync(path, "utf8");

/** The names in backticks in the first cells of the tables under a heading. */
function firstCells(path: string, heading: string): string[] {
  const text = read(path);
  const start = text.indexOf(`${heading}\n`);
  if (start < 0) throw new Error(`${path} has no heading ${heading}`);
  const level = /^#+/.exec(heading)?.[0].length ?? 1;
  const end = text.slice(start + heading.length).search(new RegExp(`^#{1,${level}} `, "m"));
  const cells = text
    .slice(start, end < 0 ? undefined : start + heading.length + end)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split(/(?<!\\)\|/)[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
  return [...new Set(cells)].sort();
}

const sorted = (names: Iterable<string | undefined>) => [...new Set(names)].sort();

it("lists every command in docs/commands.md", () => {
  const documented = firstCells("docs/commands.md", "# Commands").map(
    (cell) => cell.match(/^[a-z-]+(?: [a-z]+)?/)?.[0],
  );
  const real = dunlin.commands
    .filter((command) => command.name() !== "help")
    .flatMap((command) => {
      const parts = command.commands.filter((part) => part.name() !== "help");
      // One with options of its own, like desk, does something by itself too.
      const alone = parts.length === 0 || command.options.length > 0 ? [command.name()] : [];
      return [...alone, ...parts.map((part) => `${command.name()} ${part.name()}`)];
    });
  expect(sorted(documented)).toEqual(sorted(real));
});

it("lists no option that a command does not take", () => {
  for (const cell of firstCells("docs/commands.md", "# Commands")) {
    const [name, part] = cell.split(" ");
    const top = dunlin.commands.find((command) => command.name() === name);
    const command = top?.commands.find((each) => each.name() === part) ?? top;
    const taken = command?.options.map(({ long }) => long);
    for (const [option] of cell.matchAll(/--[a-z-]+/g)) expect(taken, cell).toContain(option);
  }
});

it("lists every environment variable that is read", () => {
  const names = [...read("src/config/environment.ts").matchAll(/value\("([A-Z_]+)"\)/g)].map(([, name]) => name);
  expect(firstCells("docs/configuration.md", "## Environment")).toEqual(sorted(names));
});

it("explains every figure of the report in docs/measuring.md", () => {
  // Those of `extraAmount` are parts of it.
  expect(firstCells("docs/measuring.md", "# What the figures of the report count")).toEqual([...FIGURES].sort());
});

describe("docs/configuration.md", () => {
  const { shops, channels } = fileShape.shape;
  const keysOf = (record: typeof shops | typeof channels) =>
    Object.keys((record.unwrap().valueType as z.ZodObject).shape);

  it("lists every key of a shop", () => {
    const documented = firstCells("docs/configuration.md", "### Shops").map((cell) => cell.replace(/\..*/, ""));
    expect(documented).toEqual(sorted(keysOf(shops)));
  });

  it("lists every key of a channel", () => {
    const own = ["console", "webhook"].flatMap((name) => Object.keys(providerOf(name)?.settings ?? {}));
    expect(firstCells("docs/configuration.md", "### Channels")).toEqual(sorted([...keysOf(channels), ...own]));
  });

  it("lists every key of a named provider", () => {
    const text = read("docs/configuration.md");
    const section = text.slice(text.indexOf("### Named providers"), text.indexOf("### The webhook channel"));
    const names = channelProviders.filter((name) => name !== "console" && name !== "webhook");
    expect(firstCells("docs/configuration.md", "### Named providers")).toEqual(sorted(names));
    for (const name of names) {
      const row = section.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
      const documented = [
        ...row
          .split("|")
          .slice(2)
          .join()
          .matchAll(/`([a-z]\w*)`/g),
      ].map(([, key = ""]) => key);
      expect(sorted([...documented, "url"]), name).toEqual(sorted(Object.keys(providerOf(name)?.settings ?? {})));
    }
  });
});

describe("a dunlin.yaml that a document shows", () => {
  /** The faults of the real loader. */
  const faultsOf = (yaml: string): readonly string[] => {
    const dir = mkdtempSync(join(tmpdir(), "dunlin-docs-"));
    try {
      writeFileSync(join(dir, "dunlin.yaml"), yaml);
      const names = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => [name, "a-secret-of-16-signs"]);
      const loaded = loadConfig(Object.fromEntries(names), dir);
      return loaded.ok ? [] : loaded.faults;
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
  const blocks = ["docs/configuration.md", "docs/sources.md", "docs/operations.md"].flatMap((path) => {
    const found = [...read(path).matchAll(/```yaml\n([\s\S]*?)```/g)];
    return found.map(([, yaml = ""], index): [string, number, string] => [path, index + 1, yaml]);
  });

  it.each(blocks)("is taken: %s, number %i", (_name, _number, yaml) => {
    const access = 'url: "https://shop.example", key: ck_1, secret: cs_2';
    expect(faultsOf(yaml.replace("{ … }", `{ ${access} }`))).toEqual([]);
  });

  const steps = read("docs/providers.md").split("\n");
  const lines = steps.filter((line) => line.startsWith("3. In dunlin.yaml: "));
  it.each(lines)("is taken: %s", (line) => {
    const parts = [...line.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
    const [channels, others] = [
      parts.filter((part) => part.includes("{")),
      parts.filter((part) => !part.includes("{ ")),
    ];
    const yaml = [...others, "channels:", ...channels.map((part) => `  ${part}`)].join("\n");
    expect(faultsOf(yaml)).toEqual([]);
    // The test itself must be able to find a fault.
    expect(faultsOf(yaml.replace("provider:", "provder:"))).not.toEqual([]);
    const provider = /provider: ([\w-]+)/.exec(line)?.[1] ?? "";
    expect(channelProviders).toContain(provider);
    const front = steps[steps.indexOf(line) + 1] ?? "";
    if (provider === "webhook" || provider === "desk") return;
    const [, above = ""] = /`([^`]+:[^`]+)`/.exec(front) ?? [];
    const name = { campaign: "c", step: "s", variant: null, channel: "sms", locale: "en" };
    expect(parseTemplate(name, `---\n${above}\n---\nOrder {{order.id}}`)).toMatchObject({ ok: true });
  });

  it("has one for each provider in docs/providers.md", () => {
    const named = lines.map((line) => /provider: ([\w-]+)/.exec(line)?.[1]);
    expect(sorted(named)).toEqual(sorted(channelProviders.filter((name) => name !== "console")));
  });
});

describe("docs/campaigns.md", () => {
  const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(read("docs/campaigns.md")) ?? [];

  it("shows a campaign.yaml that is taken, with the defaults that the code has", () => {
    const parsed = parseCampaignFile("double11", text, null);
    const short = parseCampaignFile("double11", "steps: [{ id: a, at: { afterCreated: 1m }, channels: [sms] }]", null);
    if (!parsed.ok || !short.ok) throw new Error(JSON.stringify(parsed));
    for (const key of ["limits", "repeatAfter", "paidSilence", "minAge", "minLead", "staleAfter", "whenTight"] as const)
      expect(parsed.value[key], key).toEqual(short.value[key]);
  });

  it("lists every key of campaign.yaml, and shows each", () => {
    const keys = Object.keys(parse(text) as object);
    expect(firstCells("docs/campaigns.md", "## campaign.yaml")).toEqual(sorted(keys));
    const draft = parseCampaignFile("double11", text, null);
    expect(sorted(["key", ...keys])).toEqual(sorted(Object.keys(draft.ok ? draft.value : {})));
  });

  it("shows front matter as it is taken", () => {
    const blocks = [...read("docs/campaigns.md").matchAll(/```handlebars\n(---\n[\s\S]*?)```/g)];
    const name = { campaign: "c", step: "s", variant: null, channel: "sms", locale: "zh-CN" };
    const templates = blocks.map(([, template = ""]) => parseTemplate(name, template));
    expect(templates.flatMap((parsed) => (parsed.ok ? [] : parsed.faults))).toEqual([]);
    expect(templates.flatMap((parsed) => (parsed.ok ? Object.keys(parsed.template.front) : []))).toEqual(
      approvedTemplates.map(({ section }) => section),
    );
    expect(templates.some((parsed) => parsed.ok && parsed.template.mail?.html === true)).toBe(true);
  });
});

it("lists every call of the API in docs/http.md", () => {
  const { paths } = JSON.parse(read("docs/openapi.json")) as { paths: Record<string, object> };
  const real = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
  );
  expect(firstCells("docs/http.md", "## Calls")).toEqual(sorted([...real, "GET /openapi.json"]));
});

it("lists every metric in docs/operations.md", () => {
  const gauges = ["chores/stock-gauges", "chores/result-gauges", "chores/replica-gauges", "chores/loss-watch"].map(
    (name) => `src/roles/${name}.ts`,
  );
  const code = ["src/roles/metrics.ts", ...gauges].map(read).join();
  const names = [...code.matchAll(/name: "(dunlin_\w+)"/g)].map(([, name]) => name);
  const documented = firstCells("docs/operations.md", "## Watching it").filter((name) => name.startsWith("dunlin_"));
  expect(documented).toEqual(sorted(names));
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
