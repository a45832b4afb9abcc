import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const importsOf = (file: string): string[] => {
  const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const values = code.replace(/\b(?:import|export) type [^;]*;/g, "");
  return [...values.matchAll(/\bfrom\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)|new URL\("(\.[^"]+)\.js"/g)].map(
    ([, from, called, thread]) => join(dirname(file), from ?? called ?? `${thread}.ts`),
  );
};

/** Every module that running one of `files` runs. */
function reach(files: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    open.push(...importsOf(file));
  }
  return seen;
}

const sources = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => relative("", join(entry.parentPath, entry.name)));
const declares = (name: string): string[] =>
  sources.filter((file) =>
    new RegExp(`^(?:export )?(?:async )?(?:function\\*?|const|class) ${name}\\b`, "m").test(readFileSync(file, "utf8")),
  );

/** Functions that decide or write texts, each with its one home. */
const HOMES = {
  applyChange: "src/core/rules/buyer.ts",
  advance: "src/core/rules/buyer.ts",
  touch: "src/core/rules/buyer.ts",
  nextWake: "src/core/rules/buyer.ts",
  decideSend: "src/core/rules/decide.ts",
  decideSkips: "src/core/rules/decide.ts",
  replan: "src/core/rules/replan.ts",
  usableChannel: "src/core/rules/buyer-state.ts",
  judgeSend: "src/core/rules/judge.ts",
  planSteps: "src/core/rules/plan.ts",
  refreshMembers: "src/core/rules/members.ts",
  chooseCampaign: "src/core/rules/match.ts",
  fitsOrder: "src/core/rules/match.ts",
  isHeldOut: "src/core/rules/arms.ts",
  variantOf: "src/core/rules/arms.ts",
  isQuiet: "src/core/rules/quiet.ts",
  foldOrder: "src/core/order/order.ts",
  markSettled: "src/core/rules/settle.ts",
  identitiesOf: "src/core/order/contact.ts",
  parseEvent: "src/core/order/event.ts",
  compileTemplate: "src/render/template/engine.ts",
  makeMessage: "src/render/message.ts",
  buildTemplateData: "src/render/template/data.ts",
  buildCatalog: "src/render/catalog/catalog.ts",
};

describe("rehearsal and live service run the same modules", () => {
  const rehearsal = reach(["src/cli/commands/rehearse.ts"]);
  const overHttp = reach(["src/rehearsal/service.ts"]);
  const live = reach(["src/intake/intake.ts", "src/dispatch/dispatcher.ts", "src/app.ts"]);

  it.each(Object.entries(HOMES))("%s: in %s and nowhere else", (name, home) => {
    expect(declares(name)).toEqual([home]);
    for (const [who, modules] of Object.entries({ rehearsal, overHttp, live }))
      expect([...modules], who).toContain(home);
  });

  it("uses them where it decides and renders", () => {
    const uses = (file: string) => importsOf(file).map((path) => relative("", path));
    expect(uses("src/core/simulation/simulate.ts")).toEqual(
      expect.arrayContaining(["src/core/rules/buyer.ts", "src/core/order/order.ts"]),
    );
    expect(uses("src/intake/fold-party.ts")).toContain("src/core/rules/buyer.ts");
    expect(uses("src/dispatch/claim.ts")).toContain("src/core/rules/buyer.ts");
    expect(uses("src/rehearsal/text.ts")).toContain("src/render/message.ts");
    expect(uses("src/dispatch/compose.ts")).toContain("src/render/message.ts");
  });

  it("reaches no store, queue or provider, and no clock but the simulated one", () => {
    const inMemory = reach(["src/rehearsal/rehearse.ts", "src/rehearsal/service.ts"]);
    expect([...inMemory].filter((file) => /^src\/(db|queue|channels|dispatch|intake|http)\//.test(file))).toEqual([]);
    for (const file of sources.filter((each) => each.startsWith("src/rehearsal/")))
      expect(readFileSync(file, "utf8"), file).not.toMatch(/\bDate\.now|new Date\(\)|Math\.random/);
  });
});
