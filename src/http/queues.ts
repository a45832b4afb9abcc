/**
 * `/queues`: bull-board, behind the guard of all routes. Its page sends no CSRF token, so its requests are judged by the site they come from
 * (kit/guard.ts). The page asks for what it shows under /queues/api/.
 */
import { join } from "node:path";
import helmet from "@fastify/helmet";
import files from "@fastify/static";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { QueuesVerbs } from "./contract/console/queues.ts";
import { mayAct } from "./kit/auth.ts";
import { actorOf } from "./kit/guard.ts";
import { noRoute } from "./kit/problems.ts";
import { PAGE_HELMET } from "./static.ts";

const HELMET = {
  ...PAGE_HELMET,
  contentSecurityPolicy: {
    ...PAGE_HELMET.contentSecurityPolicy,
    // The page names its base, and frames nothing.
    directives: { ...PAGE_HELMET.contentSecurityPolicy.directives, baseUri: ["'self'"], frameSrc: ["'none'"] },
  },
};
const schema = { hide: true };
const STATIC = "/static/";
const API = "/api/";
/** Its files have no names of their content throughout. */
const FILES_KEPT = "1h";

export async function queueRoutes(app: FastifyInstance, { queues }: QueuesVerbs): Promise<void> {
  await app.register(helmet, HELMET);
  await app.register(files, { root: join(queues.dir, "static"), serve: false });

  const ask = async (request: FastifyRequest) => {
    const { holder, method } = request;
    const query = Object(request.query);
    const operates = holder !== null && mayAct(holder.role, "operator");
    const question = { method, path: pathOf(request), query, mayAct: operates };
    const answer = await queues.ask(actorOf(request), question);
    if (answer === null) throw noRoute(request);
    return answer;
  };

  for (const path of ["/queues", "/queues/*"])
    app.get(path, { config: { access: "viewer" }, schema }, async (request, reply) => {
      const below = pathOf(request);
      if (below.startsWith(STATIC)) return reply.sendFile(below.slice(STATIC.length), { maxAge: FILES_KEPT });
      reply.header("cache-control", "no-store");
      if (below.startsWith(API)) {
        const { status, body } = await ask(request);
        return reply.code(status).send(body);
      }
      return reply
        .type("text/html; charset=utf-8")
        .serializer(String)
        .send(await queues.page());
    });

  app.route({
    method: ["PUT", "POST", "PATCH"],
    url: "/queues/api/*",
    config: { access: "operator", sameOrigin: true },
    schema,
    handler: async (request, reply) => {
      const { status, body } = await ask(request);
      return reply.code(status).send(body);
    },
  });
}

/** As it was sent: the parts of a path are decoded one by one. */
const pathOf = ({ raw }: FastifyRequest): string => (raw.url ?? "").split("?", 1)[0]?.slice("/queues".length) ?? "";
