/** A provider on the loopback that shows its messages: each request is answered by a function of the test. */
import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { CheckedRequest } from "./fake-provider.ts";

export type ListAnswer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: object | string }
  | "hang"
  | "reset";

export async function listServer(answer: (request: CheckedRequest, index: number) => ListAnswer | Promise<ListAnswer>) {
  const asked: CheckedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const { method = "", url = "", headers } = request;
      const checked = { method, url, headers, body: Buffer.concat(chunks).toString() };
      const answered = await answer(checked, asked.push(checked) - 1);
      if (answered === "hang") return;
      if (answered === "reset") {
        request.socket.destroy();
        return;
      }
      const { status = 200, headers: more = {}, body } = answered;
      response.writeHead(status, more).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked };
}
