/** A loopback server that answers each request as a function of the test says, and keeps what it was asked. */
import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { CheckedRequest } from "./fake-provider.ts";
import type { Cleanup } from "./file-context.ts";

/** An object without a `body` is one, answered as JSON with 200; `hang`: no answer; `reset`: the connection is cut. */
export type Answer =
  | object
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: object | string }
  | "hang"
  | "reset";

/** A concurrent test passes its context. */
export async function answeringServer(
  answer: (request: CheckedRequest, index: number) => Answer | Promise<Answer>,
  context: Cleanup = { onTestFinished },
) {
  const asked: CheckedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const { method = "", url = "", headers } = request;
      const question = { method, url, headers, body: Buffer.concat(chunks).toString() };
      const said = await answer(question, asked.push(question) - 1);
      if (said === "hang") return;
      if (said === "reset") return void response.socket?.resetAndDestroy();
      const { status = 200, headers: more = {}, body } = "body" in said ? said : { body: said };
      const text = typeof body === "string" ? body : JSON.stringify(body);
      response.writeHead(status, { "content-type": "application/json", ...more }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return { url: `http://${host}`, host, asked };
}
