/** Texts before they are saved: their preview, and one real message to an address of the caller's choice. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type PhrasePreviewVerbs, phraseBody, phrasePreview } from "../contract/desk/phrase-preview.ts";
import {
  type PreviewResult,
  preview,
  previewBody,
  type TemplatesVerbs,
  testBody,
  testSent,
} from "../contract/templates.ts";
import { addJsonBody } from "../kit/body/json-body.ts";
import { HttpProblem } from "../kit/errors.ts";
import { actorOf, createActs } from "../kit/guard.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

/** A template file in which every character is escaped. */
const BODY_LIMIT = 500_000;
/** Real messages, which cost money and reach people, by each key or person. */
const TESTS_PER_MINUTE = 10;

export function templateRoutes(plain: FastifyInstance, verbs: TemplatesVerbs & PhrasePreviewVerbs): void {
  plain.removeAllContentTypeParsers();
  addJsonBody(plain, BODY_LIMIT);
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  const countTest = createActs(plain, TESTS_PER_MINUTE, "test messages");
  app.post(
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
    async ({ body: { sample, order, locale, ...rest } }) => {
      const from = order === undefined ? { sample: sample ?? {} } : { order };
      const result = await verbs.preview({ ...rest, locale: locale ?? null, from });
      if (result.kind !== "preview") throw refused(result);
      return result.preview;
    },
  );

  app.post(
    "/v1/phrases/preview",
    {
      config: { access: "viewer" },
      schema: {
        body: phraseBody,
        summary: "Preview a phrase of the staff",
        description:
          "Renders a phrase for sample data or a stored order with its case. For a stored order, the name, the note and the query of the pay link are masked.",
        tags: ["templates"],
        response: answers(200, "The phrase", { [JSON_TYPE]: phrasePreview }),
      },
    },
    async ({ body }) => {
      const result = await verbs.previewPhrase(body);
      if (result.kind !== "preview") throw refused(result);
      return result.preview;
    },
  );

  app.post(
    "/v1/templates/test",
    {
      config: { access: "operator" },
      schema: {
        body: testBody,
        summary: "Send a test message",
        description:
          "Sends one real message of this text with sample data, as `dunlin send-test` does. The provider's answer is not an error of this route, " +
          "accepted or not. Nothing is stored but an entry of the audit trail, written before the message leaves, and opt-outs are not checked. " +
          "At most 10 calls a minute by each key or person.",
        tags: ["templates"],
        response: answers(200, "The provider's answer", { [JSON_TYPE]: testSent }),
      },
    },
    async (request) => {
      await countTest(request);
      const { locale, shop, ...rest } = request.body;
      const result = await verbs.sendTest(actorOf(request), { ...rest, locale: locale ?? null, shop: shop ?? null });
      if (result.kind !== "sent") throw refused(result);
      return result.answer;
    },
  );
}

type Refused = Exclude<PreviewResult, { readonly kind: "preview" }>;

function refused(result: Refused): HttpProblem {
  switch (result.kind) {
    case "invalid":
      return invalid(
        "invalid_body",
        "the body is not valid",
        result.faults.map(({ field, message }) => ({ field, message: `${field}: ${message}` })),
      );
    case "invalid-template":
      return invalid("invalid_template", `${result.faults.length} fault(s) in the template`, result.faults);
    case "not-rendered":
      return new HttpProblem("template_not_rendered", result.message);
    case "unknown-shop":
      return new HttpProblem("unknown_shop", `shop ${JSON.stringify(result.shop)} is not configured`);
    case "unknown-order":
      return new HttpProblem("order_not_found", "no event of this order in this shop was received");
  }
}

function invalid(
  code: "invalid_body" | "invalid_template",
  detail: string,
  faults: readonly { readonly message: string }[],
): HttpProblem {
  return new HttpProblem(code, detail, { errors: faults.map((fault) => ({ ...fault })) });
}
