/** PostgreSQL freezes at a commit: nobody knows whether it was done. An event counts as accepted only if it is stored. */
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/db/client.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import { intakeDeps, receivedEvent } from "../../support/intake.ts";

/** A way to the server that stops at the first `commit` after `freeze`, before or after the server has it, for good. */
async function freezingAtCommit(databaseUrl: string) {
  const url = new URL(databaseUrl);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  let frozen: "no" | "before" | "after" = "no";
  const front = createServer((client) => {
    const server = connectSocket(Number(port || 5432), hostname);
    for (const socket of [client, server]) sockets.add(socket.on("error", () => {}));
    let still = false;
    client.on("data", (bytes: Buffer) => {
      const commits = frozen !== "no" && bytes.includes("commit");
      if (commits) still = true;
      if (!still || (commits && frozen === "after")) server.write(bytes);
    });
    server.on("data", (bytes: Buffer) => still || client.write(bytes));
    client.on("close", () => server.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    front.close();
  });
  const address = front.address();
  url.host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url: url.href,
    freeze(when: typeof frozen) {
      frozen = when;
    },
  };
}

it.each(["before", "after"] as const)(
  "frozen %s the commit: no answer, and what is sent again is stored once",
  async (when) => {
    const { deps, database } = await intakeDeps();
    const way = await freezingAtCommit(database.url);
    const { sql, close } = connect(way.url, { max: 4, silenceMs: 1_500 });
    onTestFinished(() => close(0));
    const intake = createIntake({ ...deps, sql });
    const now = Date.now();
    const events = Array.from({ length: 20 }, (_, n) =>
      receivedEvent(`e${n}`, "order.created", now, { id: `o${n}`, buyer: { id: `b${n}` } }),
    );
    const submit = async (some: readonly unknown[], way = intake) => {
      const { accepted, duplicates } = await way.submit(some);
      return { accepted, duplicates };
    };
    // Over another way: the driver sends the word only once on each connection.
    expect(await submit(events.slice(0, 5), createIntake(deps))).toEqual({ accepted: 5, duplicates: 0 });
    way.freeze(when);
    const answers = await Promise.allSettled(events.slice(5).map((event) => submit([event])));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    way.freeze("no");
    const again = await submit(events);
    // The session of the frozen commit ends with its connection. Some of its events may be in by then.
    expect(again.accepted + again.duplicates).toBe(20);
    if (when === "after") expect(again.duplicates).toBeGreaterThan(5);
    const rows = await database.sql<{ id: string }[]>`select id from order_events`;
    expect(rows.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
    const [orders] = await database.sql<
      { n: number }[]
    >`select count(*)::int as n from orders where buyer_id is not null`;
    expect(orders?.n).toBe(20);
  },
);
