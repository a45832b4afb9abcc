/**
 * The simulated message provider: receives the posts of the `webhook` channels on loopback and keeps its own log, against which Dunlin is
 * checked at the end. It verifies signatures, and it fails now and then, as real providers do.
 */
import { createServer, type IncomingMessage } from "node:http";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Random } from "./random.ts";

const messageShape = z.object({
  id: z.string(),
  channel: z.string(),
  to: z.string(),
  text: z.string(),
  step: z.string(),
  orders: z.array(z.string()),
});

/** One received request. */
export type Posted = z.output<typeof messageShape> & {
  /** When the request had been read, epoch ms. */
  readonly at: number;
  /** The status of the answer; 2xx: accepted. */
  readonly status: number;
};

export type Provider = {
  readonly origin: string;
  readonly log: readonly Posted[];
  /** Unsigned or unreadable requests, which no channel of Dunlin should make. */
  readonly refused: number;
  onTaken(listener: (message: Posted) => void): void;
  close(): Promise<void>;
};

/** One in 25 new messages first gets a 500 and one a 429. */
const TROUBLE = new Map([
  [4, 500],
  [13, 429],
]);
const TROUBLE_EVERY = 25;

export async function startProvider(secret: string, random: Random): Promise<Provider> {
  const webhook = new Webhook(secret);
  const log: Posted[] = [];
  const seen = new Set<string>();
  const listeners: ((message: Posted) => void)[] = [];
  let refused = 0;

  const judge = (request: IncomingMessage, body: string): Posted | null => {
    try {
      const message = messageShape.parse(webhook.verify(body, request.headers as Record<string, string>));
      const key = `${message.step} ${message.orders.join(" ")}`;
      const status = seen.has(key) ? 200 : (TROUBLE.get(seen.size % TROUBLE_EVERY) ?? 200);
      seen.add(key);
      return { ...message, at: Date.now(), status };
    } catch {
      refused += 1;
      return null;
    }
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const posted = judge(request, Buffer.concat(chunks).toString());
      if (posted === null) return void response.writeHead(400).end();
      log.push(posted);
      const number = log.length;
      setTimeout(
        () => {
          if (posted.status === 429) response.setHeader("retry-after", "1");
          if (posted.status !== 200) return void response.writeHead(posted.status).end();
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify({ messageId: `msg-${number}`, segments: segmentsOf(posted) }));
          for (const listener of listeners) listener(posted);
        },
        random.between(15, 70),
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    log,
    get refused() {
      return refused;
    },
    onTaken: (listener) => void listeners.push(listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** In mainland China every character counts, 70 to a segment, 67 each when there are several. */
export function segmentsOf({ channel, text }: Posted): number {
  const size = [...text].length;
  return channel !== "sms" || size <= 70 ? 1 : Math.ceil(size / 67);
}

export const isTaken = ({ status }: Posted): boolean => status < 300;
