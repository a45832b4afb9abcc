/**
 * The HTTP interface: `buildServer(deps)` makes an instance that listens to nothing yet; the process listens with it, tests inject into it.
 * `close()` drains: new requests get 503, those under way end, and NDJSON streams are answered with where to go on.
 */
import { randomBytes } from "node:crypto";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { HttpDeps } from "./deps.ts";
import { addBodyGuard } from "./kit/body-guard.ts";
import { HttpProblem } from "./kit/errors.ts";
import { addGuard, createCountFailure } from "./kit/guard.ts";
import { addRequestLog, quietLog } from "./kit/log.ts";
import { addOpenApi } from "./kit/openapi.ts";
import { addProblems, answerBrokenHttp, answerError } from "./kit/problems.ts";
import { createSubmit } from "./kit/submit.ts";
import { auditRoutes } from "./routes/audit.ts";
import { campaignRoutes } from "./routes/campaigns.ts";
import { eventRoutes } from "./routes/events.ts";
import { operationRoutes } from "./routes/operations.ts";
import { promiseRoutes } from "./routes/promises.ts";
import { readRoutes } from "./routes/reads.ts";
import { rehearsalRoutes } from "./routes/rehearsals.ts";
import { templateRoutes } from "./routes/templates.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

/** An order id of 200 characters, each percent-encoded. */
const MAX_PARAMETER = 2_400;
const HEADERS_TIMEOUT = 15_000;
/** Longer than load balancers keep an idle connection (60 s), so that it is they who close it. */
const KEEP_ALIVE_TIMEOUT = 72_000;
const CLOSE_IDLE_MS = 100;
const HELMET = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  // Whoever ends TLS knows whether the whole domain speaks it.
  strictTransportSecurity: false,
};

export function buildServer(deps: HttpDeps): FastifyInstance {
  const { trustProxy = false, bodyTimeout = 30_000, stallTimeout = 60_000 } = deps.options ?? {};
  const { storeTimeout = 25_000, failuresPerMinute = 60 } = deps.options ?? {};
  const log: FastifyBaseLogger = quietLog(deps.log);
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    trustProxy,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    http: { headersTimeout: HEADERS_TIMEOUT, requestTimeout: 0 },
    clientErrorHandler: answerBrokenHttp,
    frameworkErrors: answerError,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => JSON.stringify);

  const draining = new AbortController();
  const shuttingDown = () =>
    new HttpProblem("shutting_down", "this process is stopping", { headers: { "retry-after": "2" } });
  app.addHook("preClose", async () => {
    draining.abort(shuttingDown());
    if (app.server.listening) closeAsTheyIdle(app.server);
  });
  app.addHook("onRequest", (_request, _reply, done) => done(draining.signal.aborted ? shuttingDown() : undefined));

  addRequestLog(app, deps.observe);
  addBodyGuard(app, bodyTimeout);
  addProblems(app);
  void app.register(rateLimit, { global: false });
  const countFailure = createCountFailure(app, failuresPerMinute);
  addGuard(app, deps.auth, countFailure);
  addOpenApi(app);

  const submit = createSubmit(deps.intake, storeTimeout);
  const now = deps.now ?? Date.now;
  void app.register(async (scope) => eventRoutes(scope, { submit, stallTimeout, draining: draining.signal }));
  const { rehearsalBytes = 1_000_000_000 } = deps.options ?? {};
  const rehearsing = { rehearsals: deps.rehearsals, most: rehearsalBytes, stallTimeout, draining: draining.signal };
  void app.register(async (scope) => rehearsalRoutes(scope, rehearsing));
  void app.register(async (scope) => webhookRoutes(scope, { ...deps, submit, countFailure, now }));
  // What a browser may be led to. Programs post events; a dozen headers on each answer took a third of the time.
  void app.register(async (seen) => {
    await seen.register(helmet, HELMET);
    void seen.register(async (scope) => readRoutes(scope, deps));
    void seen.register(async (scope) => promiseRoutes(scope, deps));
    void seen.register(async (scope) => templateRoutes(scope, deps));
    void seen.register(async (scope) => campaignRoutes(scope, deps));
    void seen.register(async (scope) => auditRoutes(scope, deps));
    void seen.register(async (scope) => operationRoutes(scope, deps));
  });
  return app;
}

/** Node closes what is idle when it is told to close; what is answered after that would be kept alive, and hold up the end. */
function closeAsTheyIdle(server: FastifyInstance["server"]): void {
  const timer = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS);
  server.once("close", () => clearInterval(timer));
}

/** Short, and not given twice by processes that share a log. */
function requestIds(): () => string {
  const start = randomBytes(4).toString("hex");
  let count = 0;
  return () => `${start}-${(++count).toString(36)}`;
}
