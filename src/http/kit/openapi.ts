/** The OpenAPI 3.1 document, made from the schemas of contract/. `docs/openapi.json` is its copy for readers; a test keeps them equal. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";
import { problem } from "../contract/parts/problem.ts";

export const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";

const PROBLEM = { description: "A problem, by RFC 9457", content: { [PROBLEM_TYPE]: { schema: problem } } };

declare module "fastify" {
  interface FastifyContextConfig {
    /** Content type → the description of a body that the route reads by itself. */
    takes?: Readonly<Record<string, { readonly schema: z.ZodType; readonly description?: string }>>;
  }
}

/** The answer of a route, and the problem that stands for every error. */
export function answers(status: number, description: string, content: Readonly<Record<string, z.ZodType>>) {
  const described = Object.entries(content).map(([type, schema]) => [type, { schema }]);
  return { [status]: { description, content: Object.fromEntries(described) }, default: PROBLEM };
}

/** 204: done, with an empty answer. */
export function answersNothing(description: string) {
  return { 204: z.null().describe(description), default: PROBLEM };
}

export function addOpenApi(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Dunlin",
        version: "1",
        description:
          "Reminds buyers of unpaid orders. Instants are RFC 3339 with an offset, amounts are decimal strings. " +
          "Errors are problems by RFC 9457 with a stable `code`, listed in docs/errors.md.",
      },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      security: [{ key: [] }],
    },
    transform(document) {
      const { schema, url } = jsonSchemaTransform(document);
      const { access = "admin", takes } = document.route.config ?? {};
      const described: Record<string, unknown> = { ...schema };
      if (access === "open") described.security = [];
      if (takes !== undefined)
        described.body = {
          content: Object.fromEntries(
            Object.entries(takes).map(([type, { schema, description }]) => {
              const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
              return [type, { schema: description === undefined ? json : { ...json, description } }];
            }),
          ),
        };
      return { schema: described, url };
    },
  });
}
