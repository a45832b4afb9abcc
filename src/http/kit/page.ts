/** The few pages that people open from a link. They have no script and no style of their own. */
import type { FastifyReply } from "fastify";

export type Page = { readonly status: number; readonly title: string; readonly body: string };

export const showPage = (reply: FastifyReply, { status, title, body }: Page) =>
  reply
    .code(status)
    .headers({ "cache-control": "no-store", "x-robots-tag": "noindex" })
    .type("text/html; charset=utf-8")
    .serializer(String)
    .send(`<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
${body}
</html>
`);

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
