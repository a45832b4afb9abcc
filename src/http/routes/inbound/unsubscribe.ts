/**
 * `GET` and `POST /v1/unsubscribe/:token`: the link of an e-mail. Mail programs and virus scanners open links by themselves, so `GET` changes nothing
 * and only asks. `POST` opts out: the button of the page, or the mail program by one click (RFC 8058).
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type UnsubscribeVerbs, unsubscribePage, unsubscribeParams } from "../../contract/contacts.ts";
import { answers } from "../../kit/openapi.ts";
import { escaped, showPage } from "../../kit/page.ts";
import { answerFailuresAsPages } from "../../kit/problems.ts";

/** `List-Unsubscribe=One-Click`, or a form without fields. */
const BODY_LIMIT = 1_024;
const TITLE = "Unsubscribe";

const schema = (summary: string) => ({
  summary,
  tags: ["contacts"],
  params: unsubscribeParams,
  response: answers(200, "A page for the owner of the address", { "text/html": unsubscribePage }),
});

export function unsubscribeRoutes(plain: FastifyInstance, { unsubscribe }: UnsubscribeVerbs): void {
  answerFailuresAsPages(plain, TITLE);
  plain.removeAllContentTypeParsers();
  plain.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: BODY_LIMIT }, (_request, _body, done) => done(null));
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const config = { access: "open" } as const;

  app.get(
    "/v1/unsubscribe/:token",
    { config, schema: schema("Ask whether an e-mail address opts out") },
    ({ params }, reply) => {
      const masked = unsubscribe.read(params.token);
      return masked === null ? show(reply, 404, INVALID) : show(reply, 200, asking(masked));
    },
  );
  app.post(
    "/v1/unsubscribe/:token",
    { config, schema: schema("Opt an e-mail address out by the link of a message") },
    async ({ params }, reply) => {
      const masked = await unsubscribe.optOut(params.token);
      return masked === null ? show(reply, 404, INVALID) : show(reply, 200, done(masked));
    },
  );
}

const show = (reply: FastifyReply, status: number, body: string) => showPage(reply, { status, title: TITLE, body });

const INVALID =
  "<p>This link is not complete. Open it from the message again.</p><p>链接不完整，请重新从邮件中打开。</p>";

const asking = (masked: string) => `<p>Stop messages to ${escaped(masked)}?</p><p>不再接收发往该邮箱的提醒？</p>
<form method="post"><button>Unsubscribe / 退订</button></form>`;

const done = (masked: string) =>
  `<p>Done. ${escaped(masked)} gets no more messages from this shop.</p><p>已退订，不再提醒。</p>`;
