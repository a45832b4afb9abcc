/** Opens the socket to a PostgreSQL server, encrypted as `sslmode` asks. */
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Ssl } from "./ssl.ts";

export type Place = { readonly host: string; readonly port: number; readonly path?: string | undefined };

/** The server does not speak TLS, or does not get through its handshake. `code` tells them apart. */
export class SslError extends Error {
  override readonly name = "SslError";
  readonly code: string;
  readonly address: string;
  readonly port: number;
  constructor(code: string, message: string, { host, port }: Place) {
    super(message);
    this.code = code;
    this.address = host;
    this.port = port;
  }
}

/** Protocol 1234.5679, which asks whether the server speaks TLS. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const YES = "S";

const whereOf = ({ host, port, path }: Place): string => path ?? `${host}:${port}`;

/** A socket without TLS may still be connecting. Rejects with SslError or the error of the socket. */
export async function openSocket(place: Place, ssl: Ssl, limitMs: number): Promise<Socket | TLSSocket> {
  // As in libpq, a Unix socket is never encrypted, and `allow` begins without TLS.
  if (ssl.mode === "disable" || ssl.mode === "allow" || place.path !== undefined) return plain(place);
  try {
    return await within(limitMs, place, encrypted(place, ssl));
  } catch (error) {
    if (ssl.mode === "prefer" && error instanceof SslError) return plain(place);
    throw error;
  }
}

function plain({ host, port, path }: Place): Socket {
  const socket = path === undefined ? connect(port, host) : connect(path);
  return socket.setNoDelay(true);
}

async function encrypted(place: Place, ssl: Ssl): Promise<TLSSocket> {
  const socket = plain(place);
  try {
    await once(socket, "connect");
    if (!ssl.direct) {
      socket.write(SSL_REQUEST);
      const [answer] = (await once(socket, "data")) as [Buffer];
      if (answer.toString("latin1", 0, 1) !== YES)
        throw new SslError("SSL_NOT_OFFERED", "the server does not offer TLS", place);
    }
    return await handshake(socket, place, ssl);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function handshake(socket: Socket, place: Place, ssl: Ssl): Promise<TLSSocket> {
  const { host } = place;
  const secure = connectTls({
    ...ssl.options,
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ssl.direct ? { ALPNProtocols: ["postgresql"] } : {}),
  });
  try {
    await once(secure, "secureConnect");
    return secure;
  } catch (error) {
    secure.destroy();
    const { code = "", message = "" } = error as NodeJS.ErrnoException;
    throw new SslError(code === "" ? "SSL_HANDSHAKE" : code, message, place);
  }
}

async function within<T extends Socket>(limitMs: number, place: Place, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`connect ETIMEDOUT ${whereOf(place)}`);
      reject(Object.assign(error, { code: "CONNECT_TIMEOUT", address: place.host, port: place.port }));
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    work.then(
      (socket) => socket.destroy(),
      () => {},
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
