/**
 * A message provider on the loopback. It speaks the protocol of Dunlin's `webhook` channel, answers each request as its rules say
 * (`provider-faults.ts`), and logs everything (`provider-log.ts`). Each path is a channel.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Fault, perform, type Rule, ruleBook } from "./provider-faults.ts";
import {
  judge,
  type LogEntry,
  parse,
  type RawEntry,
  readEntry,
  signatureOk,
  type Verdict,
  webhookOf,
} from "./provider-log.ts";

export type FakeProviderOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Checked on every message when given. */
  readonly secret?: string;
  /** Answers 401 to a message whose signature is wrong. */
  readonly enforceSignature?: boolean;
  readonly rules?: readonly Rule[];
  /** The answer where no rule applies. Default: 200 without a body. */
  readonly answer?: Fault;
  /** Checks a request as the provider documents it; its complaint, or null. A request with a complaint gets 400 and is not taken. */
  readonly check?: (request: CheckedRequest) => string | null;
  /** How long an idle connection is kept, announced to the client as Node does; 0: for ever, unannounced. Default 5,000. */
  readonly keepAliveMs?: number;
};

export type CheckedRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

export type FakeProvider = {
  /** The complaints of `check`. */
  readonly complaints: readonly string[];
  readonly port: number;
  readonly origin: string;
  /** Everything received so far, oldest first. */
  readonly log: readonly LogEntry[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Messages taken so far. */
  readonly taken: () => number;
  /** The `url` of a webhook channel. */
  readonly url: (channel: string) => string;
  /** Replaces the rules. */
  readonly rules: (rules: readonly Rule[]) => void;
  readonly judge: (buyerOf?: (entry: LogEntry) => string) => Verdict;
  /** Resolves when `count` requests were received; rejects with what there is after `timeoutMs` (default 10,000). */
  readonly received: (count: number, timeoutMs?: number) => Promise<void>;
  /** Forgets log and rules. */
  readonly reset: () => void;
  /** Cuts every connection and stops listening; the same port can be taken again. */
  readonly close: () => Promise<void>;
};

const MAX_BODY = 1 << 20;
const noRules = () => null;

/** Starts one on 127.0.0.1 in this process. */
export async function startFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const webhook = options.secret === undefined ? null : webhookOf(options.secret);
  const complaints: string[] = [];
  let raw: RawEntry[] = [];
  let read: LogEntry[] = [];
  let attempts = new Map<string, number>();
  let pick = options.rules ? ruleBook(options.rules) : noRules;
  let connections = 0;
  const waiting = new Set<() => void>();

  const log = () => {
    for (let i = read.length; i < raw.length; i++) read.push(readEntry(raw[i] as RawEntry, webhook));
    // Status and verdict of an entry may be set after it was first read.
    for (const [i, entry] of raw.entries()) {
      const seen = read[i] as LogEntry;
      if (seen.taken !== entry.taken || seen.status !== entry.status) read[i] = readEntry(entry, webhook);
    }
    return read;
  };

  const take = (request: IncomingMessage, body: string, response: ServerResponse) => {
    const entry = entryOf(request, body);
    raw.push(entry);
    const { method = "", url = "", headers } = request;
    const complaint = options.check?.({ method, url, headers, body }) ?? null;
    if (complaint !== null) {
      complaints.push(complaint);
      perform({ do: "answer", status: 400, body: complaint }, entry, response);
    } else if (options.enforceSignature && webhook && !signatureOk(webhook, entry)) {
      perform({ do: "answer", status: 401 }, entry, response);
    } else if (pick === noRules && options.answer !== undefined) {
      perform(options.answer, entry, response);
    } else if (pick === noRules) {
      response.writeHead(200, OK).end();
    } else {
      const attempt = (attempts.get(entry.webhookId) ?? 0) + 1;
      attempts.set(entry.webhookId, attempt);
      perform(
        pick({ body: parse(body), path: entry.path, attempt }) ?? options.answer ?? { do: "answer" },
        entry,
        response,
      );
    }
    for (const check of waiting) check();
  };

  const server = createServer((request, response) => {
    collect(request, (body) => take(request, body, response));
  });
  server.keepAliveTimeout = options.keepAliveMs ?? 5_000;
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;

  return {
    port,
    origin,
    complaints,
    get log() {
      return log();
    },
    connections: () => connections,
    taken: () => raw.reduce((count, { taken }) => count + (taken ? 1 : 0), 0),
    url: (channel) => `${origin}/${channel}`,
    rules: (rules) => {
      pick = rules.length === 0 ? noRules : ruleBook(rules);
    },
    judge: (buyerOf) => judge(log(), buyerOf),
    received: (count, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (raw.length < count) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`fake provider: ${raw.length} of ${count} requests after ${timeoutMs} ms`));
        }, timeoutMs);
        waiting.add(check);
        check();
      }),
    reset: () => {
      raw = [];
      read = [];
      attempts = new Map();
      pick = noRules;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const OK = { "content-length": "0" };

function collect(request: IncomingMessage, done: (body: string) => void): void {
  let first: Buffer | null = null;
  let rest: Buffer[] | null = null;
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY) return;
    if (first === null) first = chunk;
    else if (rest === null) rest = [first, chunk];
    else rest.push(chunk);
  });
  request.on("end", () =>
    done(rest !== null ? Buffer.concat(rest).toString() : first === null ? "" : first.toString()),
  );
}

function entryOf(request: IncomingMessage, body: string): RawEntry {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : "";
  };
  return {
    at: Date.now(),
    mono: Number(process.hrtime.bigint()) / 1e6,
    path: request.url ?? "",
    webhookId: header("webhook-id"),
    timestamp: header("webhook-timestamp"),
    signature: header("webhook-signature"),
    body,
    status: 200,
    fault: "answer",
    taken: true,
  };
}
