import { expect, it } from "vitest";
import type { Sql } from "../../../src/db/client.ts";
import { instant, jsonb, list, rowSet, text, uuid } from "../../../src/db/rows.ts";

/** Writes a fragment as text and parameters. */
const written = ((strings: TemplateStringsArray, ...parameters: unknown[]) => ({
  text: strings.join("$"),
  strings,
  parameters,
})) as unknown as Sql;

type Row = { shop: string; id: string; at: number; orders: string[]; plan: object | null };
const set = rowSet<Row>(
  { shop_id: text(({ shop }) => shop), id: uuid(({ id }) => id) },
  { due_at: instant(({ at }) => at), orders: list(({ orders }) => orders), plan: jsonb(({ plan }) => plan) },
);
const ROWS: Row[] = [
  { shop: "acme", id: "a", at: 0, orders: ["o 1"], plan: { index: 0 } },
  { shop: "acme", id: "b", at: 1.5, orders: [], plan: null },
];

it("gives names, values and assignments in the same order, and leaves the key out of assignments", () => {
  expect(set.names(written)).toMatchObject({ text: "shop_id, id, due_at, orders, plan" });
  expect(set.values(written)).toMatchObject({ text: "n.shop_id, n.id, n.due_at, n.orders::text[], n.plan::jsonb" });
  expect(set.set(written)).toMatchObject({
    text: "due_at = n.due_at, orders = n.orders::text[], plan = n.plan::jsonb",
  });
});

it("sends each column as one parameter", () => {
  expect(set.rows(written, ROWS)).toMatchObject({
    text: `unnest($::text[], $::uuid[], $::timestamptz[], $::text[], array(select json_array_elements_text($::text::json))) as n(shop_id, id, due_at, orders, plan)`,
    parameters: [
      "{acme,acme}",
      "{a,b}",
      "{1970-01-01T00:00:00Z,1970-01-01T00:00:00.001Z}",
      String.raw`{"{\"o 1\"}","{}"}`,
      `[{"index":0},null]`,
    ],
  });
});

it("has one text for any number of rows", () => {
  const [one, two] = [set.rows(written, ROWS), set.rows(written, ROWS.slice(1))];
  expect(Reflect.get(one, "strings")).toBe(Reflect.get(two, "strings"));
});
