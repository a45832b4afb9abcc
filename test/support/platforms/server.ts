/** A loopback server in place of a shop platform. It answers as its test wants, and can misbehave in the ways that all platforms share. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
};
export type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown };

/** `null`: it behaves. */
export type Mischief = ((response: ServerResponse, good: string) => void) | null;

export const MISCHIEF: Readonly<Record<string, Exclude<Mischief, null>>> = {
  html: (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><p>Sign in"),
  limited: (response) => void response.writeHead(429, { "retry-after": "120" }).end("{}"),
  unauthorized: (response) => void response.writeHead(401).end('{"code":"woocommerce_rest_cannot_view"}'),
  broken: (response) => void response.writeHead(502).end("bad gateway"),
  half: (response, good) => void response.writeHead(200).end(good.slice(0, good.length >> 1)),
  cut: (response, good) => {
    response.writeHead(200, { "content-length": Buffer.byteLength(good) });
    response.write(good.slice(0, good.length >> 1), () => response.destroy());
  },
  moved: (response) => void response.writeHead(302, { location: "https://elsewhere.example/" }).end(),
};

export type Platform = {
  readonly url: string;
  readonly requests: Request[];
  /** Holds for every answer until it is set again. */
  mischief: Mischief;
  /** The `Date` of the answers; null: this machine's. */
  date: Date | null;
};

export async function platformServer(answer: (request: Request) => Answer): Promise<Platform> {
  const requests: Request[] = [];
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (piece) => {
      body += piece;
    });
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
      const request = {
        method: incoming.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body,
      };
      requests.push(request);
      if (platform.date !== null) response.setHeader("date", platform.date.toUTCString());
      const { status = 200, headers = {}, body: good } = answer(request);
      const text = typeof good === "string" ? good : JSON.stringify(good);
      if (platform.mischief !== null) platform.mischief(response, text);
      else response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  const platform: Platform = { url: `http://127.0.0.1:${port}`, requests, mischief: null, date: null };
  return platform;
}
