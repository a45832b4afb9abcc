/**
 * A message provider on the loopback that speaks Dunlin's `webhook` channel protocol, does to each request what it is told
 * (`provider-faults.ts`), and logs everything (`provider-log.ts`). In a test: `startFakeProvider`. In a process of its own,
 * for fault tests and benchmarks: `forkFakeProvider` (`fork-provider.ts`), or `npx tsx test/support/fake-provider.ts [port] [secret]`; it is then
 * driven over HTTP below `/_/`: GET log, judge, stats; PUT rules; POST reset. Any other path is a channel.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { perform, type Rule, ruleBook } from "./provider-faults.ts";
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
  /** How long an idle connection is kept, announced to the client as Node does; 0: for ever, unannounced. Default 5,000. */
  readonly keepAliveMs?: number;
};

export type FakeProvider = {
  readonly port: number;
  readonly origin: string;
  /** Everything received so far, oldest first. */
  readonly log: readonly LogEntry[];
  /** Connections accepted so far. */
  readonly connections: () => number;
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
    if (options.enforceSignature && webhook && !signatureOk(webhook, entry)) {
      perform({ do: "answer", status: 401 }, entry, response);
    } else if (pick === noRules) {
      response.writeHead(200, OK).end();
    } else {
      const attempt = (attempts.get(entry.webhookId) ?? 0) + 1;
      attempts.set(entry.webhookId, attempt);
      perform(pick({ body: parse(body), path: entry.path, attempt }) ?? { do: "answer" }, entry, response);
    }
    for (const check of waiting) check();
  };

  const provider = {
    log,
    rules: (rules: readonly Rule[]) => {
      pick = rules.length === 0 ? noRules : ruleBook(rules);
    },
    reset: () => {
      raw = [];
      read = [];
      attempts = new Map();
      pick = noRules;
    },
    stats: () => ({ requests: raw.length, taken: raw.filter((entry) => entry.taken).length, connections }),
  };

  const server = createServer((request, response) => {
    collect(request, (body) =>
      request.url?.startsWith("/_/") ? control(provider, request, body, response) : take(request, body, response),
    );
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
    get log() {
      return log();
    },
    connections: () => connections,
    url: (channel) => `${origin}/${channel}`,
    rules: provider.rules,
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
    reset: provider.reset,
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

type Driven = {
  readonly log: () => readonly LogEntry[];
  readonly rules: (rules: readonly Rule[]) => void;
  readonly reset: () => void;
  readonly stats: () => ProviderStats;
};
export type ProviderStats = { readonly requests: number; readonly taken: number; readonly connections: number };

function control(provider: Driven, request: IncomingMessage, body: string, response: ServerResponse): void {
  const answer = (status: number, value: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  const call = `${request.method} ${request.url}`;
  if (call === "GET /_/log") return void answer(200, provider.log());
  if (call === "GET /_/judge") return void answer(200, judge(provider.log()));
  if (call === "GET /_/stats") return void answer(200, provider.stats());
  if (call === "PUT /_/rules") provider.rules(JSON.parse(body) as Rule[]);
  else if (call === "POST /_/reset") provider.reset();
  else return void answer(404, { error: `no such control: ${call}` });
  answer(200, provider.stats());
}

async function main(port = "0", secret?: string): Promise<void> {
  const provider = await startFakeProvider({ port: Number(port), ...(secret !== undefined && { secret }) });
  process.send?.(provider.port);
  process.once("disconnect", () => process.exit(0));
  if (process.send === undefined) console.log(`fake provider on ${provider.origin}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2], process.argv[3]);
