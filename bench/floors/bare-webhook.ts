/** Floor W: a bare Fastify route that verifies the same signature over the raw bytes, parses the body and inserts one row. */
import { createHmac, timingSafeEqual } from "node:crypto";
import Fastify from "fastify";
import postgres from "postgres";
import { serve } from "../harness/child.ts";

serve({
  async open(input) {
    const { databaseUrl, secret } = input as { databaseUrl: string; secret: string };
    const sql = postgres(databaseUrl, { max: 16, onnotice: () => {} });
    await sql`create table if not exists bare_webhooks (id text primary key, body jsonb not null)`;
    const app = Fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.post("/hook", async (request, reply) => {
      const body = request.body as Buffer;
      const wanted = createHmac("sha256", secret).update(body).digest();
      const given = Buffer.from(String(request.headers["x-wc-webhook-signature"]), "base64");
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return reply.code(401).send();
      const order = JSON.parse(body.toString()) as { id: number };
      await sql`insert into bare_webhooks (id, body) values (${order.id}, ${body.toString()}) on conflict do nothing`;
      return reply.code(202).send({ accepted: 1 });
    });
    return app.listen({ host: "127.0.0.1", port: 0 });
  },
});
