import { createServer, type Server } from "node:net";

/** A server that answers each POST with these very bytes; null: it never answers. */
export async function rawServer(
  answer: (head: string, body: string) => string | null,
  options: { closeAfterAnswer?: boolean } = {},
): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer((socket) => {
    let held = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      held += chunk.toString();
      const [head = "", body] = held.split("\r\n\r\n");
      const length = /content-length: (\d+)/.exec(head)?.[1];
      if (body === undefined || length === undefined || Buffer.byteLength(body) < Number(length)) return;
      held = "";
      const bytes = answer(head, body);
      if (bytes === null) return;
      if (options.closeAfterAnswer) socket.end(bytes);
      else socket.write(bytes);
    });
    closers.add(() => socket.destroy());
  });
  const closers = new Set<() => void>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/sms`,
    close: () =>
      new Promise((resolve) => {
        for (const close of closers) close();
        server.close(() => resolve());
      }),
  };
}
