/**
 * The least provider there can be, for benchmarks: counts messages, keeps nothing, answers 200. It speaks just enough HTTP/1.1
 * over plain sockets (content-length bodies, keep-alive, pipelining), since `node:http` would cost as much CPU as the sender
 * that is being measured. `GET /_/stats` tells how many messages came in. In a process of its own by `forkBareProvider`
 * (`fork-provider.ts`), or `npx tsx test/support/bare-provider.ts [port]`.
 */
import { createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

export type BareProvider = {
  readonly port: number;
  readonly origin: string;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
};

const OK = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nkeep-alive: timeout=60\r\n\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** Starts one on 127.0.0.1 in this process; port 0: any free one. */
export async function startBareProvider(port = 0): Promise<BareProvider> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const answer = (socket: Socket, head: string) => {
    if (head.startsWith("POST")) {
      requests += 1;
      socket.write(OK);
      return;
    }
    const body = JSON.stringify({ requests });
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let held: Buffer | null = null;
    socket.on("data", (chunk: Buffer) => {
      let data = held === null ? chunk : Buffer.concat([held, chunk]);
      for (;;) {
        const end = data.indexOf(HEAD_END);
        if (end < 0) break;
        const head = data.toString("latin1", 0, end);
        const size = end + HEAD_END.length + Number(LENGTH.exec(head)?.[1] ?? 0);
        if (data.length < size) break;
        answer(socket, head);
        data = data.subarray(size);
      }
      held = data.length === 0 ? null : data;
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port: taken,
    origin: `http://127.0.0.1:${taken}`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const provider = await startBareProvider(Number(process.argv[2] ?? 0));
  process.send?.(provider.port);
  process.once("disconnect", () => process.exit(0));
  if (process.send === undefined) console.log(`bare provider on ${provider.origin}`);
}
