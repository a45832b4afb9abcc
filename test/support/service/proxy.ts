/** A TCP proxy in front of a store, whose cable can be cut and plugged in again. */
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from "node:net";

export async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return url.href;
}

export async function startProxy(address: string) {
  let target = new URL(address);
  const sockets = new Set<Socket>();
  const portOf = ({ port, protocol }: URL) => Number(port || (protocol.startsWith("redis") ? 6379 : 5432));
  const create = () =>
    createServer((near) => {
      const far = dial(portOf(target), target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
        from.pipe(to);
      }
    });
  let server = create();
  const port = await listen(server);
  const cut = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await closed;
  };
  return {
    url: withPort(address, port),
    cut,
    /** `to`: it leads there from now on. */
    restore: async (to: string = target.href) => {
      target = new URL(to);
      server = create();
      await listen(server, port);
    },
    close: cut,
  };
}
