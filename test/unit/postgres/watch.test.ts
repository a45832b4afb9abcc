/** The watch over sockets to PostgreSQL: which answers are owed, and the end of a socket that stays silent. */
import { createServer } from "node:net";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/db/client.ts";
import { exchange } from "../../../src/postgres/watch.ts";

const message = (type: string, body = ""): Buffer => {
  const bytes = Buffer.alloc(5 + body.length);
  bytes.write(type, "latin1");
  bytes.writeUInt32BE(body.length + 4, 1);
  bytes.write(body, 5, "latin1");
  return bytes;
};
const START = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0]);
const ready = (status: string) => message("Z", status);

it("owes an answer for the start, each Sync and each simple query, and for a statement without its Sync", () => {
  const state = exchange();
  expect([state.awaits, state.idle, state.wasReady]).toEqual([false, false, false]);
  state.sent(START);
  expect(state.awaits).toBe(true);
  state.sent(message("p", "password"));
  state.received(Buffer.concat([message("R", "...."), message("S", "TimeZone"), ready("I")]));
  expect([state.awaits, state.idle, state.wasReady]).toEqual([false, true, true]);
  // The driver first asks for the types of the parameters.
  state.sent(Buffer.concat([message("P", "select"), message("D", "S"), message("H")]));
  expect(state.awaits).toBe(true);
  state.received(Buffer.concat([message("1"), message("t", "......")]));
  expect(state.awaits).toBe(true);
  state.sent(Buffer.concat([message("B", "values"), message("E", "....."), message("S")]));
  state.sent(message("Q", "commit"));
  state.received(Buffer.concat([message("2"), message("D", "row"), message("C", "SELECT 1"), ready("T")]));
  expect([state.awaits, state.idle]).toEqual([true, false]);
  state.received(ready("T"));
  expect([state.awaits, state.idle]).toEqual([false, false]);
  state.sent(message("Q", "rollback"));
  state.received(ready("I"));
  expect([state.awaits, state.idle, state.ended]).toEqual([false, true, false]);
  state.sent(message("X"));
  expect(state.ended).toBe(true);
});

it("counts the same however the bytes are cut", () => {
  const rows = Array.from({ length: 20 }, (_, n) => message("D", "Z".repeat(n)));
  const bytes = Buffer.concat([message("1"), ...rows, message("C", "SELECT 20"), ready("T"), ...rows, ready("I")]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
      const state = exchange();
      state.sent(START);
      state.received(ready("I"));
      state.sent(Buffer.concat([message("S"), message("S")]));
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      for (const [index, end] of places.entries()) state.received(bytes.subarray(places[index - 1] ?? 0, end));
      expect([state.awaits, state.idle]).toEqual([false, true]);
    }),
  );
});

it("ends a connection to a server that takes statements and says nothing", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.write(Buffer.concat([message("R", "\0\0\0\0"), ready("I")])));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { sql, close } = connect(`postgres://u@127.0.0.1:${port}/d`, { silenceMs: 1_000 });
  onTestFinished(async () => {
    await close(0);
    server.close();
  });
  const begun = performance.now();
  await expect(sql`select 1`).rejects.toMatchObject({ code: "CONNECTION_SILENT" });
  expect(performance.now() - begun).toBeLessThan(20_000);
});
