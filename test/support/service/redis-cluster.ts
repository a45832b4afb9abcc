/** A Redis Cluster for one test: three masters, each with a replica. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import type { TestContext } from "vitest";
import { eventually } from "../eventually.ts";
import { living } from "./program.ts";
import { freePort, redisServer } from "./redis.ts";

const run = promisify(execFile);

/** How long a silent master counts as alive, ms. */
const NODE_TIMEOUT_MS = 2_000;

export type RedisCluster = {
  readonly url: string;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Kills the master that has the slot of this key. Resolves with its port when its replica has taken over. */
  killMasterOf(key: string): Promise<number>;
  /** Resolves when each slot has a living master. */
  whole(): Promise<void>;
  /** Moves the slot of this key, with its keys, to another master, as `redis-cli --cluster reshard` does. */
  migrateSlotOf(key: string): Promise<void>;
};

type Node = {
  readonly port: number;
  readonly child: ChildProcess;
  readonly gone: Promise<unknown>;
  readonly client: Redis;
  alive: boolean;
};

export async function startRedisCluster(context: Pick<TestContext, "onTestFinished">): Promise<RedisCluster> {
  const dir = await mkdtemp(join(tmpdir(), "dunlin-redis-cluster-"));
  const nodes: Node[] = [];
  context.onTestFinished(async () => {
    for (const { child, client } of nodes) {
      client.disconnect();
      child.kill("SIGKILL");
    }
    await Promise.all(nodes.map(({ gone }) => gone));
    await rm(dir, { recursive: true, force: true });
  });
  for (let n = 0; n < 6; n++) nodes.push(await startNode(dir));
  const places = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await run("redis-cli", ["--cluster", "create", ...places, "--cluster-replicas", "1", "--cluster-yes"]);

  const living = () => nodes.filter(({ alive }) => alive);
  /** By each node's own view. */
  const whole = async () => {
    await eventually(
      "the cluster is whole",
      async () => Promise.all(living().map(async ({ client }) => String(await client.call("CLUSTER", "INFO")))),
      (infos) => infos.every((info) => /cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info)),
      60_000,
    );
  };
  const masters = async () => {
    const [any] = living();
    const lines = String(await any?.client.call("CLUSTER", "NODES")).split("\n");
    return lines
      .map((line) => line.split(" "))
      .filter(([, , flags = ""]) => /master/.test(flags) && !/fail/.test(flags))
      .map(([id = "", address = "", , , , , , , ...slots]) => ({
        id,
        port: Number(/:(\d+)@/.exec(address)?.[1]),
        slots,
      }));
  };
  const nodeAt = (port: number): Node => {
    const found = nodes.find((node) => node.port === port);
    if (found === undefined) throw new Error(`no node at port ${port}`);
    return found;
  };
  const slotOf = async (key: string) => Number(await living()[0]?.client.call("CLUSTER", "KEYSLOT", key));
  const ownerOf = async (slot: number) => {
    const owner = (await masters()).find(({ slots }) =>
      slots.some((range) => {
        const [from = Number.NaN, to = from] = range.split("-").map(Number);
        return from <= slot && slot <= to;
      }),
    );
    if (owner === undefined) throw new Error(`slot ${slot} has no master`);
    return owner;
  };
  await whole();
  // A replica that never was in step with its master cannot take over.
  await eventually(
    "each replica follows its master",
    async () => (await Promise.all(nodes.map(({ client }) => client.info("replication")))).join("\n"),
    (infos) => infos.match(/master_link_status:up/g)?.length === 3 && infos.match(/connected_slaves:1/g)?.length === 3,
    60_000,
  );
  return {
    url: `redis+cluster://${places.slice(0, 3).join(",")}`,
    nodes: nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
    whole,
    async killMasterOf(key) {
      const { port } = await ownerOf(await slotOf(key));
      const node = nodeAt(port);
      node.alive = false;
      node.client.disconnect();
      node.child.kill("SIGKILL");
      await eventually(
        "its replica takes over",
        async () => (await masters()).map((master) => master.port),
        (ports) => !ports.includes(port) && ports.length === 3,
        60_000,
      );
      return port;
    },
    async migrateSlotOf(key) {
      const slot = await slotOf(key);
      const from = await ownerOf(slot);
      const to = (await masters()).find(({ id }) => id !== from.id);
      if (to === undefined) throw new Error("there is no other master");
      const [source, target] = [nodeAt(from.port).client, nodeAt(to.port).client];
      await target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", from.id);
      await source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id);
      for (;;) {
        const keys = (await source.call("CLUSTER", "GETKEYSINSLOT", slot, 10)) as string[];
        if (keys.length === 0) break;
        await source.call("MIGRATE", "127.0.0.1", to.port, "", 0, 5_000, "REPLACE", "KEYS", ...keys);
      }
      for (const { client } of [nodeAt(to.port), nodeAt(from.port), ...living()])
        await client.call("CLUSTER", "SETSLOT", slot, "NODE", to.id).catch(() => undefined);
    },
  };
}

async function startNode(dir: string): Promise<Node> {
  const port = await freePort();
  const args = [
    "--port",
    String(port),
    "--cluster-port",
    String(await freePort()),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
  ];
  const cluster = ["--cluster-enabled", "yes", "--cluster-config-file", join(dir, `${port}.conf`)];
  const times = ["--cluster-node-timeout", String(NODE_TIMEOUT_MS), "--maxmemory-policy", "noeviction"];
  const child = spawn(redisServer ?? "redis-server", [...args, ...cluster, ...times, "--dir", dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  living.add(child);
  const gone = new Promise((resolve) => child.once("exit", resolve)).then(() => living.delete(child));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk) => /Ready to accept/.test(String(chunk)) && resolve());
    child.once("exit", (code) => reject(new Error(`redis-server ended (${code}) before it was ready`)));
  });
  const client = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 200 });
  client.on("error", () => {});
  return { port, child, gone, client, alive: true };
}
