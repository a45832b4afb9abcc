// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files have ${VARIABLES} of their own
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { closest } from "../../../../src/core/text/suggest.ts";
import { parseYaml } from "../../../../src/core/text/yaml-doc.ts";
import { formatFault } from "../../../../src/core/text/yaml-faults.ts";
import { compareDecimals, durationField, quietHoursField } from "../../../../src/core/text/yaml-fields.ts";

const shape = z.strictObject({
  name: z.string().optional(),
  closeAfter: durationField.optional(),
  quietHours: quietHoursField.optional(),
  shops: z.record(z.string().regex(/^[a-z]+$/, "must be lower case"), z.strictObject({ rate: z.number() })).optional(),
  list: z.array(z.strictObject({ id: z.string() })).optional(),
});
const faultsOf = (text: string, substitute?: (name: string) => string | null) => {
  const result = parseYaml(text, shape, substitute ? { substitute } : {});
  return result.ok ? [] : result.faults.map((fault) => formatFault("f", fault));
};
const parsed = (text: string) => {
  const result = parseYaml(text, shape);
  return result.ok ? result.value : result.faults;
};

describe("parseYaml", () => {
  it("gives the typed value", () => {
    expect(parsed("name: x\ncloseAfter: 1h30m\nquietHours: off")).toEqual({
      name: "x",
      closeAfter: 5_400_000,
      quietHours: "off",
    });
    expect(parsed('quietHours: { from: "22:00", to: "08:00:30" }')).toEqual({
      quietHours: { from: 79_200_000, to: 28_830_000 },
    });
  });

  it.each([[""], ["# nothing\n"], ["{}"]])("takes an empty file as an empty map: %j", (text) => {
    expect(parsed(text)).toEqual({});
  });

  it("reports every fault at once, in line order, each at its own line", () => {
    const text = [
      "name: 5",
      "closeafter: 24h",
      "shops:",
      "  acme: { rate: 1 }",
      "  Beta:",
      "    rate: 2",
      "  gamma: {}",
      "list:",
      "  - id: a",
      "  - idd: b",
      "quietHours: { from: 22, to: no }",
    ].join("\n");
    expect(faultsOf(text)).toEqual([
      "f:1: name: must be text (put it in quotes)",
      "f:2: closeafter: unknown key (did you mean `closeAfter`?)",
      "f:5: shops.Beta: the key must be lower case",
      "f:7: shops.gamma.rate: is required",
      "f:10: list[1].id: is required",
      "f:10: list[1].idd: unknown key (did you mean `id`?)",
      'f:11: quietHours.from: must be a time of day like "22:00" or "22:00:30"',
      'f:11: quietHours.to: must be a time of day like "22:00" or "22:00:30"',
    ]);
  });

  it.each([
    ["name: a\nname: b", "f:2: the key `name` is there twice"],
    ["name: &a x", "f:1: anchors (&name) are not allowed"],
    ["shops: &a {}", "f:1: anchors (&name) are not allowed"],
    ["name: !!str 5", "f:1: tags (!name) are not allowed"],
    ["name: !js x", "f:1: tags (!name) are not allowed"],
    ["%YAML 1.1\n---\nname: x", "f:1: YAML directives (%…) are not allowed"],
    ["name: a\n---\nname: b", "f:2: holds more than one YAML document"],
    ["__proto__: { a: 1 }", "f:1: the key `__proto__` is not allowed"],
    ["- a", "f:1: must be a map of keys"],
    ["name: [", "f:1: is not valid YAML"],
    [`name: ${"[".repeat(60_000)}`, "f:1: is nested more than 50 levels deep"],
    ["- ".repeat(30_000), "f:1: is nested more than 50 levels deep"],
    [`name: ${"x".repeat(70_000)}`, "f:1: is too long"],
  ])("refuses %.40j", (text, message) => {
    expect(faultsOf(text)[0]).toContain(message);
  });

  it("refuses a bomb of aliases without expanding it", () => {
    const text = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level++) {
      const [own, below] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)];
      text.push(`${own}: &${own} [${Array(9).fill(`*${below}`).join(", ")}]`);
    }
    const started = performance.now();
    expect(faultsOf(text.join("\n"))[0]).toContain("anchors");
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("never repeats a value", () => {
    const texts = ['name: "hunter2', "name: hunter2 }: x", "closeAfter: hunter2", "x: - hunter2 ]", "name: @hunter2"];
    for (const text of texts) expect(faultsOf(text).join()).not.toContain("hunter2");
  });

  it("finds the line of any path", () => {
    const result = parseYaml("shops:\n  a:\n    rate: 1\nlist:\n  - id: x\n  - id: y\n", shape);
    if (!result.ok) throw new Error("refused");
    expect(
      [
        ["shops", "a", "rate"],
        ["list", 1],
        ["list", 1, "id"],
        ["shops", "b"],
      ].map(result.lineOf),
    ).toEqual([3, 6, 6, 1]);
  });
});

describe("a file that would take long", () => {
  const time = (text: string) => {
    const result = parseYaml(text, shape);
    return result.ok ? [] : result.faults.map(({ message }) => message);
  };

  it("names the first hundred faults of syntax, of keys and of what is not allowed", () => {
    const keys = Array.from({ length: 6_000 }, (_, n) => `k${n}: 1`).join("\n");
    for (const text of ["!\n".repeat(32_000), keys, "- *a\n".repeat(13_000), "a: 1\n".repeat(13_000)])
      expect(time(text)).toHaveLength(100);
  });

  it("refuses thousands of brackets before the parser sees them", () => {
    for (const unit of ["{}", "!}", "]["]) expect(time(unit.repeat(32_000))).toEqual(["has more than 10000 brackets"]);
  });
});

describe("variables in values", () => {
  const env = (name: string) => ({ A: "alpha", B: "beta" })[name] ?? null;

  it("puts them in, also within quotes and several at once", () => {
    const result = parseYaml('name: "${A}-${B}"\nlist: [{ id: "$${A}" }]', shape, { substitute: env });
    expect(result.ok && result.value).toEqual({ name: "alpha-beta", list: [{ id: "${A}" }] });
  });

  it("names line and variable when one is not set, without a second fault for it", () => {
    expect(faultsOf("list:\n  - id: x\ncloseAfter: ${C}\nname: 5", env)).toEqual([
      "f:3: closeAfter: the environment variable C is not set",
      "f:4: name: must be text (put it in quotes)",
    ]);
  });

  it("refuses a bad variable name, and asks for quotes where YAML needs them", () => {
    expect(faultsOf("name: ${not a name}", env)[0]).toContain("f:1: name: holds a `${` without the name of a variable");
    expect(faultsOf("list: [{ id: ${A} }]", env)[0]).toContain("must be in quotes");
  });

  it("does not read the value of one as YAML or as another variable", () => {
    const result = parseYaml("name: ${X}", shape, { substitute: () => "a: [${Y}" });
    expect(result.ok && result.value.name).toBe("a: [${Y}");
  });
});

describe("closest", () => {
  const known = ["closeAfter", "quietHours", "id", "url"];
  it.each([
    ["closeafter", "closeAfter"],
    ["closAfter", "closeAfter"],
    ["quiteHours", "quietHours"],
    ["idd", "id"],
    ["ulr", "url"],
    ["something", null],
    ["x", null],
  ])("%s → %s", (word, found) => {
    expect(closest(word, known)).toBe(found);
  });
});

it("compares decimals exactly", () => {
  expect(compareDecimals("30.00", "30")).toBe(0);
  expect(compareDecimals("9.9", "10")).toBe(-1);
  expect(compareDecimals("999999999999999.000001", "999999999999999")).toBe(1);
});
