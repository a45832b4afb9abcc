/** Previews of templates before they are saved: the text, and warnings. Nothing is sent or stored. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { preview, previewBody, type TemplatesVerbs } from "../contract/templates.ts";
import { addJsonBody } from "../kit/body/json-body.ts";
import { HttpProblem } from "../kit/errors.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

/** A template file in which every character is escaped. */
const BODY_LIMIT = 500_000;

export function templateRoutes(plain: FastifyInstance, verbs: TemplatesVerbs): void {
  plain.removeAllContentTypeParsers();
  addJsonBody(plain, BODY_LIMIT);
  plain.withTypeProvider<ZodTypeProvider>().post(
    "/v1/templates/preview",
    {
      config: { access: "viewer" },
      schema: {
        body: previewBody,
        summary: "Preview a template",
        description:
          "Renders a template for sample data or a stored order, counts its segments, prices it, and warns of likely mistakes. For a stored order, " +
          "the name, the note and the query of the pay link are masked, but the real text is counted.",
        tags: ["templates"],
        response: answers(200, "The text", { [JSON_TYPE]: preview }),
      },
    },
    async ({ body: { sample, order, locale, ...rest } }, reply) => {
      const from = order === undefined ? { sample: sample ?? {} } : { order };
      const result = await verbs.preview({ ...rest, locale: locale ?? null, from });
      reply.header("cache-control", "no-store");
      switch (result.kind) {
        case "preview":
          return reply.type(JSON_TYPE).send(result.preview);
        case "invalid":
          throw invalid(
            "invalid_body",
            "the body is not valid",
            result.faults.map(({ field, message }) => ({ field, message: `${field}: ${message}` })),
          );
        case "invalid-template":
          throw invalid("invalid_template", `${result.faults.length} fault(s) in the template`, result.faults);
        case "not-rendered":
          throw new HttpProblem("template_not_rendered", result.message);
        case "unknown-shop":
          throw new HttpProblem("unknown_shop", `shop ${JSON.stringify(result.shop)} is not configured`);
        case "unknown-order":
          throw new HttpProblem("order_not_found", "no event of this order in this shop was received");
      }
    },
  );
}

function invalid(
  code: "invalid_body" | "invalid_template",
  detail: string,
  faults: readonly { readonly message: string }[],
): HttpProblem {
  return new HttpProblem(code, detail, { errors: faults.map((fault) => ({ ...fault })) });
}
