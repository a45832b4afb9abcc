/**
 * Watches the sockets of a pool. When a connection is lost without a word (a network that drops everything, a server that stands still), the
 * operating system may notice only after a quarter of an hour, and postgres.js has no limit of its own for a statement. So a socket on which
 * an answer is awaited, and nothing arrives for a time, is destroyed: its statements fail, and the work goes on over another connection.
 */
import type { Socket } from "node:net";

/** Types of protocol messages that matter here. */
const SYNC = 0x53;
const QUERY = 0x51;
const PASSWORD = 0x70;
const TERMINATE = 0x58;
const READY = 0x5a;

/** The status after an answer, when the session is in no transaction. */
const IDLE = 0x49;

const HEADER = 5;
const TICK_MS = 500;

/** Where the exchange on one socket stands. */
export type Exchange = {
  /** Whether the server owes an answer. */
  readonly awaits: boolean;
  /** Whether it awaits nothing and is in no transaction. */
  readonly idle: boolean;
  /** Whether the session was ever ready. */
  readonly wasReady: boolean;
  /** Whether we ended the session ourselves. */
  readonly ended: boolean;
  sent(bytes: Uint8Array): void;
  received(bytes: Uint8Array): void;
};

/** Counts the answers that the server owes: one for the start, and one for each Sync or simple query. Both sides may be cut anywhere. */
export function exchange(): Exchange {
  let owed = 0;
  let begun = false;
  let open = false;
  let wasReady = false;
  let status = 0;
  let ended = false;
  const outgoing = frames((type) => {
    if (type === SYNC || type === QUERY) owed++;
    else if (type === TERMINATE) ended = true;
    if (type !== PASSWORD) open = type !== SYNC && type !== QUERY && type !== TERMINATE;
  });
  const incoming = frames((type, body) => {
    if (type !== READY) return;
    owed--;
    wasReady = true;
    status = body;
  });
  return {
    get awaits() {
      return owed > 0 || open;
    },
    get idle() {
      return owed === 0 && !open && status === IDLE;
    },
    get wasReady() {
      return wasReady;
    },
    get ended() {
      return ended;
    },
    sent(bytes) {
      if (begun) return outgoing(bytes);
      // The first message has no type. The driver sends nothing after it before the server answers.
      begun = true;
      owed++;
    },
    received: incoming,
  };
}

/** Calls `seen` for each message, with its type and the first byte of its body (0: it has none). */
function frames(seen: (type: number, body: number) => void): (bytes: Uint8Array) => void {
  const head = new Uint8Array(HEADER);
  let held = 0;
  /** Bytes of the current message still to come; its type until it was reported. */
  let rest = 0;
  let unseen = -1;
  const begin = (bytes: Uint8Array, at: number): void => {
    const byte = (n: number): number => bytes[at + n] ?? 0;
    rest = (((byte(1) << 24) | (byte(2) << 16) | (byte(3) << 8) | byte(4)) >>> 0) - 4;
    unseen = bytes[at] ?? 0;
    if (rest === 0) report(0);
  };
  const report = (body: number): void => {
    const type = unseen;
    unseen = -1;
    seen(type, body);
  };
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (rest > 0) {
        if (unseen >= 0) report(bytes[at] ?? 0);
        const skip = Math.min(rest, bytes.length - at);
        rest -= skip;
        at += skip;
      } else if (held === 0 && bytes.length - at >= HEADER) {
        begin(bytes, at);
        at += HEADER;
      } else {
        head[held++] = bytes[at++] ?? 0;
        if (held < HEADER) continue;
        held = 0;
        begin(head, 0);
      }
    }
  };
}

export type Watch = {
  add(socket: Socket, state: Exchange): void;
  heard(socket: Socket): void;
  remove(socket: Socket): void;
  stop(): void;
};

/** `silenceMs`: how long a socket may owe an answer and say nothing; 0 watches nothing. */
export function createWatch(silenceMs: number): Watch {
  const sockets = new Map<Socket, { readonly state: Exchange; silentMs: number }>();
  let timer: NodeJS.Timeout | undefined;
  let tickedAt = 0;
  const tick = (): void => {
    const now = performance.now();
    // A process that was stopped itself finds the answers in its sockets only after this: it counts one tick, not the time that it stood still.
    const passed = Math.min(now - tickedAt, 2 * TICK_MS);
    tickedAt = now;
    for (const [socket, entry] of sockets) {
      entry.silentMs = entry.state.awaits ? entry.silentMs + passed : 0;
      if (entry.silentMs < silenceMs) continue;
      sockets.delete(socket);
      const error = new Error(`PostgreSQL has been silent for ${Math.round(entry.silentMs)} ms`);
      socket.destroy(Object.assign(error, { code: "CONNECTION_SILENT" }));
    }
  };
  return {
    add(socket, state) {
      if (silenceMs <= 0) return;
      sockets.set(socket, { state, silentMs: 0 });
      if (timer !== undefined) return;
      tickedAt = performance.now();
      timer = setInterval(tick, TICK_MS).unref();
    },
    heard(socket) {
      const entry = sockets.get(socket);
      if (entry !== undefined) entry.silentMs = 0;
    },
    remove: (socket) => void sockets.delete(socket),
    stop() {
      clearInterval(timer);
      timer = undefined;
      sockets.clear();
    },
  };
}
