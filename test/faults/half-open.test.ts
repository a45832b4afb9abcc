/** The network drops everything between a worker and PostgreSQL without a word: no connection closes, and no answer comes. */
import { connect, createServer, type Socket } from "node:net";
import { expect, it, type TestContext } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { rig } from "../support/service/rig.ts";
import { orders, paid, post, postAll } from "../support/service/shop.ts";

/** A way to the server that can be made to swallow all bytes of the connections that are open then. */
async function swallowing(context: Pick<TestContext, "onTestFinished">, databaseUrl: string) {
  const url = new URL(databaseUrl);
  const { hostname, port } = url;
  const pairs = new Set<readonly [Socket, Socket]>();
  const front = createServer((client) => {
    const server = connect(Number(port || 5432), hostname);
    const pair = [client, server] as const;
    pairs.add(pair);
    client.on("error", () => {}).pipe(server);
    server.on("error", () => {}).pipe(client);
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  context.onTestFinished(() => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    front.close();
  });
  const address = front.address();
  url.host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url: url.href,
    swallow() {
      for (const [client, server] of pairs) {
        client.unpipe(server).resume().removeAllListeners("close");
        server.unpipe(client).resume().removeAllListeners("close");
      }
    },
  };
}

it("half-open connections of the only worker: sends go on, and a payment of a buyer that it had locked is not held up", async (context) => {
  const service = await rig(context, { queue: "postgres", timeout: "2s" });
  const way = await swallowing(context, service.databaseUrl);
  const [api] = await Promise.all([
    service.up(["api"]),
    service.up(["worker", "--roles", "dispatch,upkeep"], { DATABASE_URL: way.url }),
  ]);
  await postAll(api.url, orders(400, "a", Date.now()));
  await eventually(
    "sends begin",
    () => service.provider.taken(),
    (taken) => taken >= 50,
  );
  // In the middle of its claims.
  way.swallow();
  const cutAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => post(api.url, paid(`a${n * 10}`, Date.now()))),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(15_000);
  await postAll(api.url, orders(20, "z", Date.now()));
  const sentOf = () => service.provider.log.filter(({ orders: ids }) => ids.some((id) => id.startsWith("z"))).length;
  await eventually("sends go on", sentOf, (sent) => sent === 20, 60_000);
  const onMs = performance.now() - cutAt;
  console.log(
    `half-open: payments within ${Math.round(Math.max(...answers.map(({ ms }) => ms)))} ms, sends again after ${Math.round(onMs)} ms`,
  );
  expect(onMs).toBeLessThan(45_000);
  await eventually("all is over", () => ledger(service.sql), isOver);
  expect((await audit(service)).faults).toEqual(NO_FAULTS);
});
