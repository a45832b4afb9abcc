/**
 * bull-board over the queues. Only what looks, and what runs a job again or pauses a queue, is let through: its other actions remove jobs of shops,
 * or write the data that the page shows in place of the real one. It is loaded when somebody first opens the page.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { QueueAwayError, type QueueQuestion } from "../../core/seams/queue-page.ts";
import { withDeadline } from "../../deadline.ts";
import type { QueueBackend } from "../connection.ts";
import { queueNames } from "../jobs.ts";
import { handlersOf } from "./adapter.ts";
import { isAway } from "./away.ts";
import { shownId, shownJob } from "./shown.ts";

/** Each queue is counted; on PostgreSQL the time for it grows with the queue. */
const LIMIT_MS = 10_000;

/** A job may hold a thousand events. */
const JOBS_A_PAGE = "10";

type Body = Record<string, unknown>;

type Answer = { readonly status: number; readonly body: unknown };
/** `queue`: its name, or `all`. */
export type Act = { readonly action: string; readonly queue: string; readonly note: string };
export type Board = {
  /** The document of the page. */
  readonly page: string;
  /** null: bull-board has no such path. Each act is recorded before it is tried: if `record` rejects, nothing is done. */
  ask(question: QueueQuestion, record: (act: Act) => Promise<unknown>): Promise<Answer | null>;
};

const recordsOf = (value: unknown): Body[] => (Array.isArray(value) ? value : []);

/** The paths that look, each with the part of the answer that is shown. */
const READS: Readonly<Record<string, (body: Body) => unknown>> = {
  "/api/queues": ({ queues }) => ({
    queues: recordsOf(queues).map((queue) => ({ ...queue, jobs: recordsOf(queue.jobs).map(shownJob) })),
  }),
  "/api/queues/:queueName/:jobId": ({ job, status }) => ({ job: shownJob(Object(job)), status }),
  // The log of a producer may name a person.
  "/api/queues/:queueName/:jobId/logs": () => [],
  "/api/queues/:queueName/:jobId/flow": () => ({ nodeId: "", flowRoot: null, isFlowNode: false }),
  "/api/job-schedulers": ({ schedulers }) => ({
    schedulers: recordsOf(schedulers).map(({ template: _, ...scheduler }) => scheduler),
  }),
  "/api/redis/stats": (body) => body,
  "/api/queues/:queueName/metrics": (body) => body,
  "/api/queues/:queueName/default-job-options": () => ({ defaultJobOptions: {} }),
  "/api/queues/:queueName/job-data-schema": (body) => body,
};

/** The paths that change something, each with its name in the audit trail. */
const ACTS: Readonly<Record<string, string>> = {
  "/api/queues/:queueName/:jobId/retry": "queue.retry",
  "/api/queues/:queueName/retry/:queueStatus": "queue.retry",
  "/api/queues/:queueName/:jobId/promote": "queue.promote",
  "/api/queues/:queueName/promote": "queue.promote",
  "/api/queues/:queueName/pause": "queue.pause",
  "/api/queues/:queueName/resume": "queue.resume",
  "/api/queues/pause": "queue.pause",
  "/api/queues/resume": "queue.resume",
};
const REFUSED = "Dunlin's queues take no such change: jobs can be run again, queues can be paused and resumed";
const FORBIDDEN: Answer = { status: 403, body: { error: { key: "ERRORS.FORBIDDEN" }, message: REFUSED } };
const KNOWN: ReadonlySet<string> = new Set(queueNames);
const NO_QUEUE: Answer = { status: 404, body: { error: { key: "ERRORS.QUEUE_NOT_FOUND" } } };

const UI = { boardTitle: "Dunlin", hideDocsLink: true, showWorkers: false, locale: {} };

/** `dir`: the folder of the page and its files. */
export async function openBoard(backend: Pick<QueueBackend, "queue">, dir: string): Promise<Board> {
  const template = await readFile(join(dir, "index.ejs"), "utf8");
  const queues = await Promise.all(queueNames.map((name) => backend.queue(name))).catch(outage);
  const looking = handlersOf(queues, { readOnlyMode: true, dir, uiConfig: UI });
  const acting = handlersOf(queues, { readOnlyMode: false, dir, uiConfig: UI });
  return {
    page: pageOf(template),
    async ask({ method, path, query, mayAct }, record) {
      const reads = method === "GET" || method === "HEAD";
      const found = (mayAct ? acting : looking)(reads ? "get" : method.toLowerCase(), path);
      if (found === null) return null;
      const { route, params } = found;
      if (params.queueName !== undefined && !KNOWN.has(params.queueName)) return NO_QUEUE;
      const page = { ...query, ...("jobsPerPage" in query ? { jobsPerPage: JOBS_A_PAGE } : {}) };
      const ask = async (): Promise<Answer> => {
        try {
          const { status = 200, body } = await withDeadline(LIMIT_MS, "the queue", found.answer(page));
          return { status, body };
        } catch (error) {
          return refusalOf(error) ?? outage(error);
        }
      };
      if (reads) {
        const show = READS[route];
        if (show === undefined) return FORBIDDEN;
        const { status, body } = await ask();
        return { status, body: status < 300 ? show(Object(body)) : body };
      }
      const action = ACTS[route];
      if (action === undefined || method !== "PUT" || !mayAct) return FORBIDDEN;
      const note = params.jobId === undefined ? "" : `job ${shownId(params.jobId)}`;
      await record({ action, queue: params.queueName ?? "all", note });
      return ask();
    },
  };
}

/** null: it is no fault of the request. bull-board decodes parts of a query, and BullMQ numbers its refusals below zero: a job may have moved on. */
function refusalOf(error: unknown): Answer | null {
  if (error instanceof URIError) return refused("ERRORS.INVALID_QUERY_PARAM");
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : null;
  return typeof code === "number" && code < 0 ? refused("ERRORS.JOB_NOT_RETRIABLE") : null;
}

const refused = (key: string): Answer => ({ status: 400, body: { error: { key } } });

function outage(error: unknown): never {
  throw isAway(error) ? new QueueAwayError("the queue does not answer", { cause: error }) : error;
}

/** Its only variables are those below. Its fonts would come from another site: the system's do. */
function pageOf(template: string): string {
  const values: Readonly<Record<string, string>> = {
    basePath: "/queues/",
    title: UI.boardTitle,
    favIconAlternative: "static/favicon-32x32.png",
    favIconDefault: "static/images/logo.svg",
    uiConfig: JSON.stringify(UI),
  };
  return template
    .replace(/<link [^>]*href="https:[^>]*>/g, "")
    .replace(/<%[=-] (\w+) %>/g, (_, name: string) => values[name] ?? "");
}
