/**
 * The sockets of a postgres.js pool. They do what the driver does not:
 *
 * - TLS as `sslmode` asks (socket.ts), and an end to sockets on which nothing is heard (watch.ts).
 * - The driver takes an error of a socket, and its close a moment later, as two things. A statement that begins between them is never
 *   answered, and when the connection is opened again its `begin` counts as done, although it was never sent: that transaction would share
 *   the session of another one. So a close is always reported as one without an error; then the driver rejects what has no answer.
 * - The driver keeps pieces of the old session when it opens a connection again: rows of an unfinished result, bytes that were not sent. So
 *   `onLost` tells the pool, which is replaced.
 */
import { Socket } from "node:net";
import { openSocket } from "./socket.ts";
import type { Ssl } from "./ssl.ts";
import { createWatch, type Exchange, exchange } from "./watch.ts";

/** The part of the driver's options that says where the server is. */
type DriverOptions = {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false;
};

export type Lines = {
  /** The option `socket` of the driver. Never rejects: the driver would lose the connection from its pool. */
  open(options: DriverOptions): Promise<Socket>;
  /** The option `backoff` of the driver, in seconds. */
  backoff(): number;
  /** Whether no socket is open on which a statement or a transaction is under way. */
  quiet(): boolean;
  close(): void;
};

/** The driver sends its first message within a turn of the loop, but for a connection that holds bytes of its last life. */
const MUTE_MS = 200;

export function createLines(options: {
  readonly ssl: Ssl;
  readonly connectTimeoutMs: number;
  readonly silenceMs: number;
  readonly onLost: () => void;
}): Lines {
  const { ssl, connectTimeoutMs, silenceMs, onLost } = options;
  const watch = createWatch(silenceMs);
  const open = new Set<Exchange>();
  let failures = 0;
  let attempt = 0;

  const attach = (socket: Socket): Socket => {
    const state = exchange();
    let mute = true;
    const giveUp = (): void => {
      if (!mute || socket.destroyed) return;
      // Only a new pool helps.
      onLost();
      socket.destroy(closedEarly());
    };
    // If the process itself was busy for so long, the driver's turn comes first.
    const timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), MUTE_MS).unref();
    // The system's own probes find a dead peer of a socket on which nothing is awaited.
    socket.setKeepAlive(true, 5_000);
    watch.add(socket, state);
    open.add(state);
    socket.on("data", (bytes: Buffer) => {
      watch.heard(socket);
      state.received(bytes);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      watch.remove(socket);
      open.delete(state);
      failures = state.wasReady ? 0 : failures + 1;
      if (state.wasReady && !state.ended) onLost();
    });
    return listening(socket, state, () => {
      mute = false;
    });
  };

  return {
    async open({ host, port, path }) {
      const at = attempt++ % host.length;
      const place = { host: host[at] ?? "localhost", port: port[at] ?? 5432, path: path === false ? undefined : path };
      try {
        return attach(await openSocket(place, ssl, connectTimeoutMs));
      } catch (error) {
        failures++;
        return broken(error);
      }
    },
    // The driver's own grows to 20 s for the whole pool, long after the server is back.
    backoff: () => Math.min(0.05 * 2 ** Math.max(0, failures - 1), 1),
    quiet: () => [...open].every(({ idle }) => idle),
    close: () => watch.stop(),
  };
}

/** Tells `state` what the driver writes, and the driver of every close as one without an error. */
function listening(socket: Socket, state: Exchange, first: () => void): Socket {
  const write = socket.write.bind(socket);
  const end = socket.end.bind(socket);
  const on = socket.on.bind(socket);
  return Object.assign(socket, {
    write(bytes: Uint8Array, done?: (error?: Error | null) => void): boolean {
      first();
      state.sent(bytes);
      return write(bytes, done);
    },
    end(bytes?: Uint8Array): Socket {
      if (bytes instanceof Uint8Array) state.sent(bytes);
      return bytes instanceof Uint8Array ? end(bytes) : end();
    },
    on(event: string, listener: (...args: unknown[]) => void): Socket {
      if (event !== "close") return on(event, listener);
      return on("close", () => {
        // Without an error the driver would try for ever to connect, and the statement that waits for it would never end.
        if (!state.wasReady && socket.errored === null && socket.listenerCount("error") > 0)
          socket.emit("error", closedEarly());
        listener(false);
      });
    },
  });
}

const closedEarly = (): Error =>
  Object.assign(new Error("the connection was closed before the session began"), { code: "CONNECTION_CLOSED" });

/** A socket that fails as soon as the driver listens. */
function broken(error: unknown): Socket {
  const socket = new Socket();
  setImmediate(() => socket.destroy(error instanceof Error ? error : new Error(String(error))));
  return socket;
}
