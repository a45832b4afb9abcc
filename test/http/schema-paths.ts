/** The paths of a schema and the paths of a value, to see which parts of an answer a test has not seen. */
import { z } from "zod";

type Json = { [key: string]: unknown };
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** `.items[].cost.amount`; the values of a record are `{}`. */
export function pathsOfSchema(schema: z.ZodType): Set<string> {
  const paths = new Set<string>();
  walkSchema(z.toJSONSchema(schema), "", paths);
  return paths;
}

function walkSchema(schema: unknown, path: string, paths: Set<string>): void {
  if (!isObject(schema) || schema.type === "null") return;
  if (path !== "") paths.add(path);
  for (const one of Array.isArray(schema.anyOf) ? schema.anyOf : []) walkSchema(one, path, paths);
  for (const [name, one] of Object.entries(isObject(schema.properties) ? schema.properties : {}))
    walkSchema(one, `${path}.${name}`, paths);
  if (isObject(schema.items)) walkSchema(schema.items, `${path}[]`, paths);
  if (isObject(schema.additionalProperties)) walkSchema(schema.additionalProperties, `${path}{}`, paths);
}

/** Removes the paths that the value has; null counts as absent. */
export function removeSeen(paths: Set<string>, value: unknown, path = ""): void {
  if (value === null || value === undefined) return;
  paths.delete(path);
  if (Array.isArray(value)) for (const one of value) removeSeen(paths, one, `${path}[]`);
  else if (isObject(value))
    for (const [name, one] of Object.entries(value)) {
      removeSeen(paths, one, `${path}.${name}`);
      removeSeen(paths, one, `${path}{}`);
    }
}
