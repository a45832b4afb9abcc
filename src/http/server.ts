/**
 * The HTTP interface. `buildServer(deps)` makes a server that does not listen yet: the process makes it listen, tests inject requests. It
 * knows no feature: roles/api.ts hands in their verbs, in the types of contract/. `close()` drains: new requests get 503, running ones
 * end, and NDJSON streams are answered with the line to resume from.
 */

import { randomBytes } from "node:crypto";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { Logger } from "pino";
import { z } from "zod";
import { wordsFor } from "../core/text/zod-words.ts";
import type { AuditVerbs } from "./contract/access/audit.ts";
import type { PeopleVerbs } from "./contract/access/people.ts";
import type { LinkVerbs, SessionVerbs } from "./contract/access/session.ts";
import type { CampaignsVerbs } from "./contract/campaigns.ts";
import type { QueuesVerbs } from "./contract/console/queues.ts";
import type { ChangesVerbs } from "./contract/console/stream.ts";
import type { ContactsVerbs, UnsubscribeVerbs } from "./contract/contacts.ts";
import type { CardVerbs } from "./contract/desk/card.ts";
import type { PhrasePreviewVerbs } from "./contract/desk/phrase-preview.ts";
import type { PhrasesVerbs } from "./contract/desk/phrases.ts";
import type { RosterVerbs } from "./contract/desk/roster.ts";
import type { DeskStateVerbs } from "./contract/desk/state.ts";
import type { EventsVerbs } from "./contract/events.ts";
import type { ListsVerbs } from "./contract/lists.ts";
import type { OperationsVerbs } from "./contract/operations.ts";
import type { OrdersVerbs } from "./contract/orders.ts";
import type { PausesVerbs } from "./contract/pauses.ts";
import type { PromisesVerbs } from "./contract/promises.ts";
import type { RehearsalsVerbs } from "./contract/rehearsals.ts";
import type { OrderListVerbs } from "./contract/reports/order-list.ts";
import type { OverlapVerbs } from "./contract/reports/overlap.ts";
import type { OwnerVerbs } from "./contract/reports/owner.ts";
import type { StaffVerbs } from "./contract/reports/staff.ts";
import type { TodayVerbs } from "./contract/reports/today.ts";
import type { ReportsVerbs } from "./contract/reports.ts";
import type { TasksVerbs } from "./contract/tasks.ts";
import type { TemplatesVerbs } from "./contract/templates.ts";
import type { UpcomingVerbs } from "./contract/upcoming.ts";
import type { Auth } from "./kit/auth.ts";
import { addBodyGuard } from "./kit/body/body-guard.ts";
import { addJsonBody } from "./kit/body/json-body.ts";
import { createStrangers } from "./kit/body/strangers.ts";
import { HttpProblem } from "./kit/errors.ts";
import { addGuard, createFailures } from "./kit/guard.ts";
import { addRequestLog, type Observe, quietLog } from "./kit/log.ts";
import { addOpenApi } from "./kit/openapi.ts";
import { addOwnChanges, type Fresh } from "./kit/own-changes.ts";
import { addProblems, answerBrokenHttp, answerError } from "./kit/problems.ts";
import { createSubmit } from "./kit/submit.ts";
import { streamRoutes } from "./live.ts";
import { queueRoutes } from "./queues.ts";
import { peopleRoutes } from "./routes/access/people.ts";
import { sessionRoutes } from "./routes/access/session.ts";
import { auditRoutes } from "./routes/audit.ts";
import { campaignRoutes } from "./routes/campaigns.ts";
import { contactRoutes } from "./routes/contacts.ts";
import { cardRoutes } from "./routes/desk/card.ts";
import { rosterRoutes } from "./routes/desk/roster.ts";
import { deskStateRoutes } from "./routes/desk/state.ts";
import { eventRoutes } from "./routes/events.ts";
import { type ReceiptsVerbs, receiptRoutes } from "./routes/inbound/receipts.ts";
import { unsubscribeRoutes } from "./routes/inbound/unsubscribe.ts";
import { type WebhooksVerbs, webhookRoutes } from "./routes/inbound/webhooks.ts";
import { welcomeRoutes } from "./routes/inbound/welcome.ts";
import { listRoutes } from "./routes/lists.ts";
import { operationRoutes } from "./routes/operations.ts";
import { orderRoutes } from "./routes/orders.ts";
import { pauseRoutes } from "./routes/pauses.ts";
import { promiseRoutes } from "./routes/promises.ts";
import { rehearsalRoutes } from "./routes/rehearsals.ts";
import { reportRoutes } from "./routes/reports.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { templateRoutes } from "./routes/templates.ts";
import { versionRoutes } from "./routes/versions.ts";
import { consoleRoutes } from "./static.ts";

/** An order id of 200 characters, each percent-encoded. */
const MAX_PARAMETER = 2_400;
/** The limits of a route that sets no others: bytes, and JSON values. */
const SMALL_BODY = 10_000;
const SMALL_VALUES = 1_000;
const HEADERS_TIMEOUT = 15_000;
/** Longer than load balancers keep an idle connection (60 s), so that they close it and not this server. */
const KEEP_ALIVE_TIMEOUT = 72_000;
const CLOSE_IDLE_MS = 100;
const HELMET = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  // The proxy that ends TLS knows whether the whole domain uses it.
  strictTransportSecurity: false,
};

export type HttpOptions = {
  /** The proxies whose X-Forwarded-For is trusted, as Fastify's `trustProxy` (false: none). */
  readonly trustProxy?: boolean | string | string[];
  /** Time limit for a body that is read whole, ms (30 s). */
  readonly bodyTimeout?: number;
  /** How long an NDJSON stream may be silent, ms (60 s). */
  readonly stallTimeout?: number;
  /** Time limit for an answer of intake, ms (25 s). After it, the store counts as out. */
  readonly storeTimeout?: number;
  /** Size limit for the NDJSON of a rehearsal, bytes (1 GB). */
  readonly rehearsalBytes?: number;
  /** How many bytes all bodies together may hold whose signature is not verified yet (64 MB). */
  readonly strangerBytes?: number;
  /** Wrong keys or signatures a minute from one address before the answer is 429 (60), and as many failed sign-ins. */
  readonly failuresPerMinute?: number;
};

/** The verbs of every area. */
export type HttpVerbs = EventsVerbs &
  WebhooksVerbs &
  ReceiptsVerbs &
  RehearsalsVerbs &
  ReportsVerbs &
  OwnerVerbs &
  TodayVerbs &
  OverlapVerbs &
  StaffVerbs &
  ChangesVerbs &
  OrderListVerbs &
  OrdersVerbs &
  ListsVerbs &
  CardVerbs &
  PhrasesVerbs &
  PromisesVerbs &
  TasksVerbs &
  RosterVerbs &
  DeskStateVerbs &
  PhrasePreviewVerbs &
  TemplatesVerbs &
  CampaignsVerbs &
  PausesVerbs &
  UpcomingVerbs &
  AuditVerbs &
  ContactsVerbs &
  SessionVerbs &
  LinkVerbs &
  PeopleVerbs &
  UnsubscribeVerbs &
  QueuesVerbs &
  OperationsVerbs;

export type HttpDeps = HttpVerbs & {
  readonly auth: Auth;
  readonly log: Logger;
  /** The folder of the built console; absent: there is no console. */
  readonly consoleDir?: string | undefined;
  /** Epoch ms (Date.now). */
  readonly now?: () => number;
  readonly observe?: Observe;
  /** Absent: there is no read replica. */
  readonly fresh?: Fresh;
  readonly options?: HttpOptions;
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
  app.removeAllContentTypeParsers();
  addJsonBody(app, SMALL_BODY, SMALL_VALUES);
  // The compiler takes no words of its own: these hold for every schema of this process that is parsed without any.
  z.config({ customError: wordsFor });
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
  const countFailure = createFailures(app, failuresPerMinute, "wrong keys, tokens or signatures").count;
  // A limiter of its own: a shop system with a wrong secret keeps nobody behind the same address from signing in.
  const failures = createFailures(app, failuresPerMinute, "failed sign-ins");
  addGuard(app, deps.auth, countFailure);
  if (deps.fresh !== undefined) addOwnChanges(app, deps.fresh);
  addOpenApi(app);

  const submit = createSubmit(deps.intake, storeTimeout);
  const strangers = createStrangers(deps.options?.strangerBytes ?? 64_000_000);
  const now = deps.now ?? Date.now;
  void app.register(async (scope) => eventRoutes(scope, { submit, stallTimeout, draining: draining.signal }));
  const { rehearsalBytes = 1_000_000_000 } = deps.options ?? {};
  const rehearsing = { ...deps, maxBytes: rehearsalBytes, stallTimeout, draining: draining.signal };
  void app.register(async (scope) => rehearsalRoutes(scope, rehearsing));
  void app.register(async (scope) => webhookRoutes(scope, { ...deps, submit, countFailure, strangers, now }));
  const receiving = { ...deps, countFailure, strangers, now, storeTimeout };
  void app.register(async (scope) => receiptRoutes(scope, receiving));
  // Only routes that a browser may open get these headers: on every answer to posted events they took a third of the time.
  void app.register(async (seen) => {
    await seen.register(helmet, HELMET);
    void seen.register(async (scope) => reportRoutes(scope, deps));
    void seen.register(async (scope) => orderRoutes(scope, deps));
    void seen.register(async (scope) => listRoutes(scope, deps));
    void seen.register(async (scope) => cardRoutes(scope, deps));
    void seen.register(async (scope) => promiseRoutes(scope, deps));
    void seen.register(async (scope) => taskRoutes(scope, deps));
    void seen.register(async (scope) => rosterRoutes(scope, deps));
    void seen.register(async (scope) => deskStateRoutes(scope, deps));
    void seen.register(async (scope) => templateRoutes(scope, deps));
    void seen.register(async (scope) => campaignRoutes(scope, deps));
    void seen.register(async (scope) => versionRoutes(scope, deps));
    void seen.register(async (scope) => pauseRoutes(scope, deps));
    void seen.register(async (scope) => peopleRoutes(scope, deps));
    void seen.register(async (scope) => auditRoutes(scope, deps));
    void seen.register(async (scope) => contactRoutes(scope, deps));
    void seen.register(async (scope) => unsubscribeRoutes(scope, deps));
    void seen.register(async (scope) => welcomeRoutes(scope, deps));
    void seen.register(async (scope) => sessionRoutes(scope, { ...deps, failures }));
    void seen.register(async (scope) => operationRoutes(scope, deps));
    void seen.register(async (scope) => streamRoutes(scope, { ...deps, draining: draining.signal }));
  });
  void app.register(async (scope) => queueRoutes(scope, deps));
  const { consoleDir } = deps;
  if (consoleDir !== undefined) void app.register(async (scope) => consoleRoutes(scope, consoleDir));
  return app;
}

/** On close, Node closes idle connections once. A connection that becomes idle later would stay open and delay the end. */
function closeAsTheyIdle(server: FastifyInstance["server"]): void {
  const timer = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS);
  server.once("close", () => clearInterval(timer));
}

/** Short, and unique among processes that share a log. */
function requestIds(): () => string {
  const start = randomBytes(4).toString("hex");
  let count = 0;
  return () => `${start}-${(++count).toString(36)}`;
}
