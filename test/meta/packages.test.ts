import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

type Engines = { readonly engines?: { readonly node?: string } };
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));

type Version = readonly [major: number, minor: number, patch: number];
const versionOf = (text: string): Version => {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return [major, minor, patch];
};
const isBelow = (a: Version, b: Version): boolean => {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
};

/** The forms that packages use: `>=18`, `^20.19.0`, `20 || >=22`, `>= 14 <25`, `*`. */
function takes(range: string, node: Version): boolean {
  return range.split("||").some((either) =>
    [...either.matchAll(/(>=|<=|[<>^~=]?)\s*v?(\d[\d.]*)/g)].every(([, sign, text = ""]) => {
      const version = versionOf(text);
      if (sign === ">=" || sign === ">") return !isBelow(node, version);
      if (sign === "<" || sign === "<=") return isBelow(node, version);
      return node[0] === version[0] && !isBelow(node, version);
    }),
  );
}

it("reads ranges of versions", () => {
  const oldest = versionOf("20.19.0");
  for (const range of [">=18", ">=20.19", "^20.19.0 || ^22.13.0 || >=23.5.0", "20 || >=22", ">= 14 <25", "*"])
    expect([range, takes(range, oldest)]).toEqual([range, true]);
  for (const range of [">=22", ">=20.20", "^22.0.0 || >=24", ">=14 <20", "^18.0.0"])
    expect([range, takes(range, oldest)]).toEqual([range, false]);
});

it("every package runs on the oldest Node that this one names, so npm ci warns of none", () => {
  const oldest = versionOf(/[\d.]+/.exec(read("package.json").engines.node)?.[0] ?? "");
  const packages = Object.entries(read("package-lock.json").packages as Record<string, Engines>);
  const refusing = packages.filter(([, { engines }]) => engines?.node !== undefined && !takes(engines.node, oldest));
  expect(packages.length).toBeGreaterThan(100);
  expect(refusing.map(([name]) => name)).toEqual([]);
});
