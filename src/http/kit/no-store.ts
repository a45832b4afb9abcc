import type { FastifyInstance } from "fastify";

/** Answers of these routes are not cached. */
export function addNoStore(app: FastifyInstance): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    reply.header("cache-control", "no-store");
    done(null, payload);
  });
}
