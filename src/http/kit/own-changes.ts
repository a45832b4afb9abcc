/**
 * A read replica is a little behind. So a person who has just changed something reads from the primary for some seconds, and sees what they did; the
 * answer to the change itself comes from there, too.
 */
import type { FastifyInstance } from "fastify";

/** Runs `work`, whose queries all go to the primary. */
export type Fresh = <T>(work: () => T) => T;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Its requests are a program's, all day long: they change nothing that somebody waits to see. */
    intake?: true;
  }
}

const FRESH_MS = 5_000;
const MAX_KNOWN = 1_000;
const READS = new Set(["GET", "HEAD"]);

export function addOwnChanges(app: FastifyInstance, fresh: Fresh): void {
  /** The name of the one who changed something → until when they read from the primary, monotonic ms. */
  const until = new Map<string, number>();
  // With a callback, since the context lasts as long as what it calls.
  app.addHook("preHandler", (request, _reply, done) => {
    const who = request.holder?.name;
    if (who === undefined || request.routeOptions.config.intake === true) return done();
    if (!READS.has(request.method)) {
      if (until.size >= MAX_KNOWN) until.clear();
      until.set(who, performance.now() + FRESH_MS);
    }
    if (performance.now() < (until.get(who) ?? 0)) fresh(done);
    else done();
  });
}
