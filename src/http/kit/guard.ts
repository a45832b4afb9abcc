/**
 * Checks the key of each request. A route names the role that it needs in `config.access`, or `open`; without it, the route needs an
 * admin. Only failures are rate limited, by address: good keys and signatures never are, not even many of them behind one proxy.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { KeyRole } from "../../core/values/role.ts";
import type { Actor } from "../contract/pauses.ts";
import { type Auth, type Holder, mayAct } from "./auth.ts";
import { type ErrorCode, HttpProblem } from "./errors.ts";
import { noRoute } from "./problems.ts";

/** `loopback or viewer`: a program on this machine needs no key; all others need a viewer's. */
export type Access = KeyRole | "open" | "loopback or viewer";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** The holder of the key; null: the route needs no key. */
    holder: Holder | null;
  }
}

/** Counts one failure of this address. Returns the problem to answer with: the given one, or 429. */
export type CountFailure = (request: FastifyRequest, code: ErrorCode, detail: string) => Promise<HttpProblem>;

export function createCountFailure(app: FastifyInstance, perMinute: number): CountFailure {
  let check: ReturnType<FastifyInstance["createRateLimit"]> | undefined;
  return async (request, code, detail) => {
    check ??= app.createRateLimit({ max: perMinute, timeWindow: 60_000 });
    const limit = await check(request);
    if (limit.isAllowed || !limit.isExceeded) return new HttpProblem(code, detail, challenge(code));
    return new HttpProblem(
      "rate_limited",
      `more than ${perMinute} wrong keys or signatures a minute from this address`,
      {
        headers: { "retry-after": String(Math.max(1, limit.ttlInSeconds)) },
      },
    );
  };
}

export function addGuard(app: FastifyInstance, auth: Auth, countFailure: CountFailure): void {
  app.decorateRequest("holder", null);
  // With a callback: a promise would cost every request a turn of the event loop.
  app.addHook("onRequest", (request, _reply, done) => {
    // Refused here, so that its body is not read.
    if (request.is404) return done(noRoute(request));
    const access: Access = request.routeOptions.config.access ?? "admin";
    if (access === "open") return done();
    const role = access === "loopback or viewer" ? "viewer" : access;
    const bearer = bearerOf(request.headers.authorization);
    if (bearer === null) {
      if (access === "loopback or viewer" && isLoopback(request)) return done();
      return done(new HttpProblem("unauthorized", noKey(request), challenge("unauthorized")));
    }
    const admit = (holder: Holder | null): void => {
      if (holder === null) {
        countFailure(request, "unauthorized", "this key is not valid, or it was revoked").then(done, done);
        return;
      }
      request.holder = holder;
      done(mayAct(holder.role, role) ? undefined : tooLow(role, holder.role));
    };
    const holder = auth.check(bearer);
    if (!(holder instanceof Promise)) return admit(holder);
    holder.then(admit, (error: unknown) => {
      request.log.error({ err: error }, "keys cannot be looked up");
      done(
        new HttpProblem("store_unavailable", "the store of the keys does not answer", {
          headers: { "retry-after": "5" },
        }),
      );
    });
  });
}

const tooLow = (needed: KeyRole, role: KeyRole) =>
  new HttpProblem("forbidden", `this route needs the role ${needed}; the key has the role ${role}`, {
    headers: { "www-authenticate": 'Bearer realm="dunlin", error="insufficient_scope"' },
  });

/** The actor for the audit trail. */
export function actorOf({ holder }: FastifyRequest): Actor {
  if (holder === null) throw new Error("a route that changes something needs a key");
  return { who: holder.name, via: "http" };
}

function noKey({ headers }: FastifyRequest): string {
  return headers.authorization === undefined
    ? "the Authorization header is missing: send Authorization: Bearer <key>"
    : "the Authorization header is not of the form: Bearer <key>";
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +([\x21-\x7e]{1,1000})$/i.exec(header ?? "")?.[1] ?? null;
}

function challenge(code: ErrorCode) {
  return code === "unauthorized" ? { headers: { "www-authenticate": 'Bearer realm="dunlin"' } } : {};
}

/** By the address of the socket, which cannot be forged. A request that a proxy on this machine passed on does not count. */
function isLoopback(request: FastifyRequest): boolean {
  const { headers, socket } = request;
  const passedOn = headers["x-forwarded-for"] ?? headers.forwarded ?? headers["x-real-ip"] ?? headers.via;
  return passedOn === undefined && /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "");
}
