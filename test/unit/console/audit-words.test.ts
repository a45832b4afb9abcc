import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { actionKey } from "../../../src/console/pages/settings/audit-words.ts";

/** Among the texts of the code, those that are actions. */
const WRITTEN = /"((?:campaign|case|contact|key|message|queue|store|suppression|task|user)\.(?!yaml")[a-z-]+)"/g;
/** Actions that the code puts together, or that look like a field. */
const MADE = [
  ...["campaign", "channel", "shop", "payment_method"].flatMap((kind) => [`${kind}.pause`, `${kind}.resume`]),
  ...["buyer.erase", "desk.staff", "desk.shifts", "store.restored", "store.took_over"],
];

it("has words for every action that the code writes into the audit trail", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const written = files.flatMap((file) =>
    [...readFileSync(join("src", file), "utf8").matchAll(WRITTEN)].flatMap(([, action]) => action ?? []),
  );
  expect(new Set(written).size).toBeGreaterThan(20);
  expect([...new Set([...written, ...MADE])].filter((action) => actionKey(action) === null)).toEqual([]);
});
