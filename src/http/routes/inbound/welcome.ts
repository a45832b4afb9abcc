/**
 * `GET` and `POST /v1/welcome/:token`: the link by which a person sets a password, once. `GET` changes nothing and only asks, since programs open
 * links by themselves.
 */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type LinkVerbs, welcomePage, welcomeParams } from "../../contract/access/session.ts";
import { answers } from "../../kit/openapi.ts";
import { escaped, showPage } from "../../kit/page.ts";
import { answerFailuresAsPages } from "../../kit/problems.ts";

/** A password of 200 characters, each percent-encoded. */
const BODY_LIMIT = 8_192;
const FORM = "application/x-www-form-urlencoded";
const PATH = "/v1/welcome/:token";
const TITLE = "Dunlin";

const schema = (summary: string) => ({
  summary,
  tags: ["session"],
  params: welcomeParams,
  response: answers(200, "A page for the person", { "text/html": welcomePage }),
});

export function welcomeRoutes(plain: FastifyInstance, { links }: LinkVerbs): void {
  answerFailuresAsPages(plain, TITLE);
  plain.removeAllContentTypeParsers();
  plain.addContentTypeParser(FORM, { parseAs: "string", bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body)).get("password") ?? ""),
  );
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const config = { access: "open" } as const;

  app.get(PATH, { config, schema: schema("Ask a person for a password") }, async ({ params }, reply) => {
    const name = await links.nameOf(params.token);
    return name === null ? showPage(reply, OVER) : showPage(reply, asking(name, null));
  });
  app.post(
    PATH,
    {
      config: { ...config, takes: { [FORM]: { schema: welcomePage, description: "`password=…`" } } },
      schema: schema("Set the password of a person"),
    },
    async ({ params, body }, reply) => {
      const result = await links.set(params.token, typeof body === "string" ? body : "");
      if (result === null) return showPage(reply, OVER);
      if ("kind" in result) return showPage(reply.header("retry-after", "2"), BUSY);
      return showPage(reply, "fault" in result ? asking(result.name, result.fault) : done(result.name));
    },
  );
}

const OVER = {
  ...{ status: 404, title: TITLE },
  body: "<p>This link was used, is too old, or is not complete. Ask for a new one.</p><p>链接已使用、已过期或不完整，请重新索取。</p>",
};

const BUSY = {
  ...{ status: 503, title: TITLE },
  body: "<p>Too many people set a password now. Go back, and try again in a moment.</p><p>请稍后返回重试。</p>",
};

const asking = (name: string, fault: string | null) => ({
  ...{ status: fault === null ? 200 : 422, title: TITLE },
  body: `<p>Welcome, ${escaped(name)}. Choose a password of at least 12 characters.</p><p>请设置密码，至少 12 个字符。</p>
${fault === null ? "" : `<p role="alert"><strong>Not taken: ${escaped(fault)}.</strong></p>\n`}<form method="post">
<input type="hidden" name="user" autocomplete="username" value="${escaped(name)}">
<label>Password / 密码 <input type="password" name="password" autocomplete="new-password" minlength="12" maxlength="200" required autofocus></label>
<button>Set password / 设置</button>
</form>`,
});

const done = (name: string) => ({
  ...{ status: 200, title: TITLE },
  body: `<p>Done. ${escaped(name)} can sign in with this password.</p><p>密码已设置，可以登录了。</p>`,
});
