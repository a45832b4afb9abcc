/** Whether Redis takes writes. Only a write tells: a Redis that is out of memory or cannot write to its disk answers reads as if all were well. */
import type { Cluster, Redis } from "ioredis";
import { messageOf } from "./waiting.ts";

/** By the first word of the error. */
const WHY: Readonly<Record<string, string>> = {
  OOM: "Redis is out of memory and takes no jobs: raise its maxmemory, or remove what fills it",
  READONLY: "connected to a read-only Redis replica, which takes no jobs: point QUEUE_URL at the primary",
  MISCONF: "Redis cannot write its snapshot to disk and takes no jobs: free its disk, and read its log",
  NOREPLICAS: "Redis has too few replicas in reach (min-replicas-to-write) and takes no jobs: bring them back",
  LOADING: "Redis is loading its data and takes no jobs yet: wait",
  CLUSTERDOWN: "the Redis cluster is down and takes no jobs: bring its nodes back",
  NOPERM: "this user may not write to Redis: allow it the commands and keys that BullMQ needs",
};

/** null: it takes writes. The key is one of the queue's, so that in a cluster its node is asked. */
export async function whyNoWrites(client: Redis | Cluster, namespace: string): Promise<string | null> {
  try {
    await client.set(`${namespace}:dunlin-check`, "", "PX", 1_000);
    return null;
  } catch (error) {
    const message = messageOf(error);
    return WHY[message.split(" ", 1)[0] ?? ""] ?? `Redis refuses a write, so it takes no jobs: ${message}`;
  }
}
