/**
 * The console: the files that `npm run build` made. Its pages have addresses of their own; each is answered with the same document, in which
 * the router of the console finds the page. Files under /assets/ have the digest of their content in their names.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import helmet from "@fastify/helmet";
import files from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { CONSOLE_PAGES } from "./contract/console/pages.ts";

/** For pages with scripts of their own. */
export const PAGE_HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // The libraries of the components and of the editor write rules of their own into the page.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      frameSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  // The proxy that ends TLS knows whether the whole domain uses it.
  strictTransportSecurity: false,
};
const OPEN = { config: { access: "open" as const }, schema: { hide: true } };

/** `dir`: the folder of the built console. Without one, its addresses are unknown. */
export async function consoleRoutes(app: FastifyInstance, dir: string): Promise<void> {
  const page = await readFile(join(dir, "index.html"), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (page === null) {
    app.log.warn({ dir }, "there is no console: none was built, run `npm run build`");
    return;
  }
  await app.register(helmet, PAGE_HELMET);
  app.addHook("onRoute", (route) => {
    route.config = { ...route.config, access: "open" };
    route.schema = { ...route.schema, hide: true };
  });
  await app.register(files, {
    root: join(dir, "assets"),
    prefix: "/assets/",
    immutable: true,
    maxAge: "365d",
    index: false,
    preCompressed: true,
    // A cache must not give the compressed file to those who take none.
    setHeaders: (answer) => void answer.setHeader("vary", "accept-encoding"),
    // Each file is a route, so an unknown one is answered as any other unknown address.
    wildcard: false,
    decorateReply: false,
  });
  for (const path of ["/", ...CONSOLE_PAGES.flatMap((name) => [`/${name}`, `/${name}/*`])])
    app.get(path, OPEN, async (_request, reply) =>
      reply.header("cache-control", "no-cache").type("text/html; charset=utf-8").serializer(String).send(page),
    );
}
