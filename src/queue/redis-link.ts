/** The queue in Redis, a single server or a cluster. */
import { createRedisBackend } from "bullmq";
import { Cluster, Redis } from "ioredis";
import { QueueAwayError } from "../core/seams/queue-page.ts";
import type { ReportError } from "./error-log.ts";
import { type QueueName, queueNames } from "./jobs.ts";
import { FAR_AHEAD_MS, JOBS_PER_LOOK, type StoreLink, type StrandedJob } from "./link.ts";
import { whyNoWrites } from "./redis-writes.ts";
import { messageOf } from "./waiting.ts";

type Client = Redis | Cluster;
type ClusterNode = { readonly host: string; readonly port: number };
type ClusterOptions = { username?: string; password?: string; tls?: object };
type ClusterAddress = { readonly nodes: ClusterNode[]; readonly options: ClusterOptions };

/** The scores of BullMQ's delayed jobs: ms times this, plus a counter. */
const TICKS_PER_MS = 0x1000;

const retryStrategy = (times: number): number => Math.min(times * 200, 2_000);

const LOADING_MS = 1_000;

const COMMON = { connectTimeout: 5_000, keepAlive: 10_000, retryStrategy };

type Tuning = typeof COMMON & {
  enableOfflineQueue: boolean;
  maxRetriesPerRequest: number | null;
  socketTimeout: number;
};

/** A producer fails fast: no command waits for a Redis that is away, and a silent socket is cut after 10 s. */
const PRODUCING: Tuning = {
  ...COMMON,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  socketTimeout: 10_000,
};

/** BullMQ needs blocking connections without a retry limit. 30 s is above its longest block of 10 s. */
const WORKING: Tuning = { ...COMMON, enableOfflineQueue: true, maxRetriesPerRequest: null, socketTimeout: 30_000 };

const EVICTION_LINE = /^IMPORTANT! Eviction policy is /;
let dropsEvictionLine = false;

/**
 * Each connection of BullMQ prints a raw line about the eviction policy. `check` reports that policy, and the start of a service logs it. BullMQ
 * leaves its line out only together with the version of Redis, and then works as with Redis 5.
 */
function dropEvictionLine(): void {
  if (dropsEvictionLine) return;
  dropsEvictionLine = true;
  const { warn } = console;
  console.warn = (...parts: unknown[]) => {
    if (!EVICTION_LINE.test(String(parts[0]))) warn.apply(console, parts);
  };
}

/**
 * Connections: one for all producers, one shared by all workers, and a blocking one for each worker.
 * In a cluster all keys of a queue must share a slot, hence the {hash tag}.
 */
export function openRedisLink(queueUrl: string, prefix: string | undefined, report: ReportError): StoreLink {
  dropEvictionLine();
  const cluster = parseClusterUrl(queueUrl);
  const namespace = cluster ? hashTagged(prefix ?? "bull") : (prefix ?? "bull");
  const connect = (options: Tuning): Client => {
    const client: Client = cluster ? connectCluster(cluster, options) : new Redis(queueUrl, options);
    client.on("error", (error) => report("redis", error));
    return client;
  };

  const producerClient = connect(PRODUCING);
  /** Jobs that their producers delayed are looked past, page by page. */
  const skipped = new Map<QueueName, number>();
  let workerClient: Client | undefined;
  let lastError: unknown;
  producerClient.on("error", (error) => {
    lastError = error;
  });
  const firstContact = new Promise<void>((resolve) => {
    producerClient.once("ready", resolve);
    producerClient.once("close", resolve);
    producerClient.once("end", resolve);
    // While Redis loads its data it accepts the connection, but is not ready.
    producerClient.once("connect", () => setTimeout(resolve, LOADING_MS).unref());
  });

  /** The client's own error would speak of its settings. */
  const away = (): QueueAwayError => {
    if (producerClient.status === "connect")
      return new QueueAwayError(
        `Redis at ${placeOf(queueUrl, cluster)} is not ready: it may be loading its data; wait`,
      );
    const why = lastError === undefined ? "" : ` (${messageOf(lastError)})`;
    return new QueueAwayError(
      `Redis does not answer at ${placeOf(queueUrl, cluster)}${why}: start it, or correct QUEUE_URL`,
    );
  };

  /** Throws an error that says what to do, if Redis does not answer. */
  const reach = async (): Promise<void> => {
    await firstContact;
    if (producerClient.status !== "ready") throw away();
  };

  return {
    kind: "redis",
    namespace,
    // Redis expires locks by its own clock, so they can be short. After a kill the events that a worker held wait for the end of their lock and
    // for two checks, so at most 18 s. A worker that stands still for longer than its lock only makes another do the same work again.
    lock: { durationMs: 10_000, renewMs: 3_000, stalledCheckMs: 4_000 },
    async producer() {
      await reach();
      return (name, opts, kind) =>
        createRedisBackend(name, { ...opts, connection: producerClient, ...{ prefix: namespace } }, kind);
    },
    worker() {
      workerClient ??= connect(WORKING);
      const connection = workerClient;
      return (name, opts, kind) => createRedisBackend(name, { ...opts, connection, ...{ prefix: namespace } }, kind);
    },
    async migrate() {},
    schema: async () => null,
    async findStranded(now) {
      await reach();
      // Redis expires locks by its own clock.
      const delayed: StrandedJob[] = [];
      for (const queue of queueNames) {
        const skip = skipped.get(queue) ?? 0;
        const key = `${namespace}:${queue}:delayed`;
        const [from, limit] = [(now + FAR_AHEAD_MS) * TICKS_PER_MS, ["LIMIT", skip, JOBS_PER_LOOK] as const];
        const ids = await producerClient.zrangebyscore(key, from, "+inf", ...limit);
        for (const id of ids) delayed.push({ queue, id });
        skipped.set(queue, ids.length < JOBS_PER_LOOK ? 0 : skip + JOBS_PER_LOOK);
      }
      return { locks: 0, delayed };
    },
    async check() {
      await reach();
      return checkRedis(producerClient, namespace);
    },
    async close() {
      producerClient.disconnect();
      workerClient?.disconnect();
    },
  };
}

/** The address of Redis, without user and password. */
function placeOf(queueUrl: string, cluster: ClusterAddress | null): string {
  if (cluster !== null) return cluster.nodes.map(({ host, port }) => `${host}:${port}`).join(", ");
  const { hostname, port } = new URL(queueUrl);
  return `${hostname || "localhost"}:${port || "6379"}`;
}

function connectCluster(cluster: ClusterAddress, options: Tuning): Cluster {
  const { enableOfflineQueue, connectTimeout, keepAlive, maxRetriesPerRequest, socketTimeout } = options;
  return new Cluster(cluster.nodes, {
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { connectTimeout, keepAlive, maxRetriesPerRequest, socketTimeout, ...cluster.options },
  });
}

async function checkRedis(client: Client, namespace: string) {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  if (nodes.length === 0) throw new Error("no node of the Redis cluster answers");
  const faults = new Set<string>();
  const advice = new Set<string>();
  let version: string | null = null;
  for (const node of nodes) {
    const info = await node.info();
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
    version = field("redis_version") ?? version;
    const policy = field("maxmemory_policy");
    if (policy !== undefined && policy !== "noeviction") {
      faults.add(`Redis maxmemory-policy is ${policy}; it must be noeviction, or jobs are silently dropped`);
    }
    if (field("aof_enabled") === "0")
      advice.add("Redis appendonly is off: jobs added since the last snapshot are lost when Redis crashes");
  }
  const refusal = await whyNoWrites(client, namespace);
  if (refusal !== null) faults.add(refusal);
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2))
    faults.add(`Redis ${version ?? "of unknown version"} is too old; 6.2 is needed`);
  if (client instanceof Cluster && !/cluster_state:ok/.test(String(await client.call("CLUSTER", "INFO")))) {
    faults.add("the Redis cluster does not report cluster_state:ok");
  }
  return { version, faults: [...faults], advice: [...advice] };
}

function hashTagged(prefix: string): string {
  return /\{.+\}/.test(prefix) ? prefix : `{${prefix}}`;
}

/** `redis+cluster://[user:password@]h1:p1,h2:p2` (`rediss+cluster` for TLS); null for any other URL. */
export function parseClusterUrl(queueUrl: string): ClusterAddress | null {
  const match = /^(rediss?)\+cluster:\/\/(?:([^@/]*)@)?([^/?]+)/.exec(queueUrl);
  if (!match) return null;
  const [, scheme, credentials = "", hosts = ""] = match;
  const nodes = hosts.split(",").map((host) => {
    const parts = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(host.trim());
    if (!parts?.[1]) throw new Error(`not a Redis cluster node: ${host}`);
    return { host: parts[1].replace(/^\[|\]$/g, ""), port: Number(parts[2] ?? 6379) };
  });
  const colon = credentials.indexOf(":");
  const username = decodeURIComponent(colon < 0 ? credentials : credentials.slice(0, colon));
  const password = colon < 0 ? "" : decodeURIComponent(credentials.slice(colon + 1));
  const options: ClusterOptions = {};
  if (username) options.username = username;
  if (password) options.password = password;
  if (scheme === "rediss") options.tls = {};
  return { nodes, options };
}
