/**
 * A provider in a process of its own: answers 200 and keeps when each message came, and the message. Over plain sockets like the bare
 * provider of the tests, since `node:http` would cost as much CPU as the sender that is being measured.
 */
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { serve } from "./child.ts";

const OK = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nkeep-alive: timeout=60\r\n\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;

export type ProviderStats = { readonly count: number; readonly firstAt: number; readonly lastAt: number };

const now = (): number => performance.timeOrigin + performance.now();

let bodies: Buffer[] = [];
let times: number[] = [];
/** How long it takes to answer. */
let delayMs = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let held: Buffer | null = null;
  socket.on("data", (chunk: Buffer) => {
    let data = held === null ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const end = data.indexOf(HEAD_END);
      if (end < 0) break;
      const start = end + HEAD_END.length;
      const size = start + Number(LENGTH.exec(data.toString("latin1", 0, end))?.[1] ?? 0);
      if (data.length < size) break;
      times.push(now());
      bodies.push(Buffer.from(data.subarray(start, size)));
      if (delayMs === 0) socket.write(OK);
      else setTimeout(() => socket.write(OK), delayMs);
      data = data.subarray(size);
    }
    held = data.length === 0 ? null : data;
  });
  socket.on("error", () => socket.destroy());
});

serve({
  listen: () =>
    new Promise<string>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`);
      });
    }),
  reset() {
    bodies = [];
    times = [];
  },
  answerAfter(ms) {
    delayMs = Number(ms);
  },
  stats: (): ProviderStats => ({ count: times.length, firstAt: times[0] ?? 0, lastAt: times.at(-1) ?? 0 }),
  /** The messages as lines of a file. */
  save: (input) => writeFile(String(input), Buffer.concat(bodies.flatMap((body) => [body, Buffer.from("\n")]))),
  /** When (epoch ms) the message of each order came. */
  arrivals: () =>
    bodies.map((body, index): [string, number] => {
      const { orders } = JSON.parse(body.toString()) as { orders: string[] };
      return [orders[0] ?? "", times[index] ?? 0];
    }),
});
