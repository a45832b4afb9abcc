/**
 * Checks the key of each request, or the session of its cookie. A route names the role that it needs in `config.access`, or `open`; without it,
 * the route needs an admin. Only failures are rate limited, by address: good keys and signatures never are, not even many of them behind one proxy.
 */
import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { KeyRole } from "../../core/values/role.ts";
import type { ErrorCode } from "../contract/parts/errors.ts";
import type { Actor } from "../contract/pauses.ts";
import { type Auth, type BrowserSession, type Holder, mayAct } from "./auth.ts";
import { HttpProblem } from "./errors.ts";
import { logFailure } from "./log.ts";
import { noRoute } from "./problems.ts";
import { sessionToken } from "./session-cookie.ts";

/** `loopback or viewer`: a program on this machine needs no key; all others need a viewer's. */
export type Access = KeyRole | "open" | "loopback or viewer";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** Its page sends no CSRF token: a request of a session that changes something must come from this site. */
    sameOrigin?: true;
  }
  interface FastifyRequest {
    /** The holder of the key; null: the route needs no key. */
    holder: Holder | null;
    /** The session of the cookie; null: the request carries a key, or none is needed. */
    session: BrowserSession | null;
  }
}

/** Counts one failure of this address. Returns the problem to answer with: the given one, or 429. */
export type CountFailure = (request: FastifyRequest, code: ErrorCode, detail: string) => Promise<HttpProblem>;

export type Failures = {
  readonly count: CountFailure;
  /** The problem to answer with before a guess is looked at: this address has used up its failures. null: it has some left. Counts nothing. */
  readonly limited: (request: FastifyRequest) => Promise<HttpProblem | null>;
};

/** `what`: of which there were too many. Each limiter counts by itself. */
export function createFailures(app: FastifyInstance, perMinute: number, what: string): Failures {
  let made: ReturnType<FastifyInstance["createRateLimit"]> | undefined;
  const check: typeof made = (request, options) => {
    made ??= app.createRateLimit({ max: perMinute, timeWindow: 60_000 });
    return made(request, options);
  };
  const refused = `more than ${perMinute} ${what} a minute from this address`;
  return {
    async count(request, code, detail) {
      const limit = await check(request);
      return limit.isAllowed || !limit.isExceeded
        ? new HttpProblem(code, detail, challenge(code))
        : tooMany(refused, limit.ttlInSeconds);
    },
    async limited(request) {
      const limit = await check(request, { increment: false });
      return limit.isAllowed || limit.remaining > 0 ? null : tooMany(refused, limit.ttlInSeconds);
    },
  };
}

const WINDOWS = { minute: 60_000, hour: 3_600_000 };

/**
 * Counts one act of the one who made the request, by the name of the key or the person. Throws the 429 after `max` of them in that time.
 * `what`: of which there were too many.
 */
export function createActs(app: FastifyInstance, max: number, what: string, time: keyof typeof WINDOWS = "minute") {
  const keyGenerator = (request: FastifyRequest) => actorOf(request).who;
  const check = app.createRateLimit({ max, timeWindow: WINDOWS[time], keyGenerator });
  return async (request: FastifyRequest): Promise<void> => {
    const limit = await check(request);
    if (limit.isAllowed || !limit.isExceeded) return;
    throw tooMany(`more than ${max} ${what} ${time === "hour" ? "an" : "a"} ${time}`, limit.ttlInSeconds);
  };
}

const tooMany = (detail: string, ttlInSeconds: number): HttpProblem =>
  new HttpProblem("rate_limited", detail, { headers: { "retry-after": String(Math.max(1, ttlInSeconds)) } });

export function addGuard(app: FastifyInstance, auth: Auth, countFailure: CountFailure): void {
  app.decorateRequest("holder", null);
  app.decorateRequest("session", null);
  // With a callback: a promise would cost every request a turn of the event loop.
  app.addHook("onRequest", (request, _reply, done) => {
    // Refused here, so that its body is not read.
    if (request.is404) return done(noRoute(request));
    const access: Access = request.routeOptions.config.access ?? "admin";
    if (access === "open") return done();
    const role = access === "loopback or viewer" ? "viewer" : access;
    const bearer = bearerOf(request.headers.authorization);
    const token = request.headers.authorization === undefined ? sessionToken(request) : null;
    if (token !== null) {
      enter(request, auth.session(token), role).then(() => done(), done);
      return;
    }
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
    holder.then(admit, (error: unknown) => done(storeOut(request, error)));
  });
}

function storeOut({ log }: FastifyRequest, error: unknown): HttpProblem {
  logFailure(log, error, {}, "keys cannot be looked up");
  return new HttpProblem("store_unavailable", "the store of the keys does not answer", {
    headers: { "retry-after": "5" },
  });
}

/** Lets the session of a cookie in. Throws the problem to answer with. */
async function enter(request: FastifyRequest, looked: Promise<BrowserSession | null>, role: KeyRole): Promise<void> {
  const session = await looked.catch((error: unknown) => {
    throw storeOut(request, error);
  });
  if (session === null) throw new HttpProblem("unauthorized", "the session is over: sign in again");
  const { sameOrigin } = request.routeOptions.config;
  if (
    !READS.has(request.method) &&
    !isSame(request.headers["x-dunlin-csrf"], session.csrf) &&
    !(sameOrigin === true && isFromHere(request.headers))
  )
    throw new HttpProblem("csrf_missing", "the header X-Dunlin-Csrf does not hold the token of the session");
  if (!mayAct(session.role, role)) throw tooLow(role, session.role);
  request.holder = session;
  request.session = session;
}

/** Methods that change nothing. */
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

function isSame(header: string | string[] | undefined, csrf: string): boolean {
  if (typeof header !== "string") return false;
  const [given, wanted] = [Buffer.from(header), Buffer.from(csrf)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** By what no script of another page can set. Browsers send the first over TLS and on this machine, and the second with every change. */
function isFromHere(headers: FastifyRequest["headers"]): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const { origin, host } = headers;
  return origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

const tooLow = (needed: KeyRole, role: KeyRole) =>
  new HttpProblem("forbidden", `this route needs the role ${needed}; yours is ${role}`, {
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
