/**
 * A few connections to one mail server, kept for a while. nodemailer has a pool as well, but puts a message whose connection was lost into its
 * queue again, and does not say when a send begins: a message could go twice, or late.
 */
import SMTPConnection, { type SMTPConnectionAuth, type SMTPConnectionOptions } from "nodemailer/lib/smtp-connection";
import type { SendOutcome } from "../../core/seams/channel.ts";
import { NOT_IN_TIME, transient } from "../http-outcome.ts";
import { type Failure, notConnected } from "./outcome.ts";

export type Taken =
  | { readonly ok: true; readonly connection: SMTPConnection }
  | { readonly ok: false; readonly outcome: SendOutcome };

export type Connections = {
  /** Waits until this monotonic time for a connection. */
  take(by: number): Promise<Taken>;
  /** `usable`: the server has answered everything, so that the next message can go over it. */
  release(connection: SMTPConnection, usable: boolean): void;
  /** Resolves when all are released. */
  close(): Promise<void>;
};

/** Shorter than servers wait (RFC 5321 says 5 minutes, some wait 10 s). */
const IDLE_MS = 5_000;
/** Servers end connections after so many messages. */
const MAX_MESSAGES = 100;

const CLOSED: Taken = { ok: false, outcome: transient("closed", "the channel is closed; nothing was sent") };
const LATE: Taken = { ok: false, outcome: NOT_IN_TIME };

export function openConnections(
  options: SMTPConnectionOptions,
  auth: SMTPConnectionAuth | null,
  max: number,
): Connections {
  const idle = new Map<SMTPConnection, NodeJS.Timeout>();
  const messages = new Map<SMTPConnection, number>();
  /** Sends that wait for a connection; null: there is room for a new one. */
  const waiting: ((given: SMTPConnection | null) => void)[] = [];
  let open = 0;
  let closed = false;
  let drained = (): void => {};

  /** The next send gets the room of a connection that is gone. */
  function makeRoom(): void {
    const next = waiting.shift();
    if (next !== undefined) {
      next(null);
      return;
    }
    open--;
    if (open === 0) drained();
  }

  function leave(connection: SMTPConnection): void {
    clearTimeout(idle.get(connection));
    idle.delete(connection);
    messages.delete(connection);
    connection.close();
    makeRoom();
  }

  function keep(connection: SMTPConnection): void {
    const timer = setTimeout(() => leave(connection), IDLE_MS);
    timer.unref();
    idle.set(connection, timer);
  }

  /** There is room for it. */
  async function connect(by: number): Promise<Taken> {
    const left = Math.max(1, Math.ceil(by - performance.now()));
    const connection = new SMTPConnection({
      ...options,
      connectionTimeout: left,
      greetingTimeout: left,
      dnsTimeout: left,
    });
    connection.on("error", () => {});
    connection.on("end", () => {
      if (idle.has(connection)) leave(connection);
    });
    messages.set(connection, 0);
    let isLate = false;
    // The end of a connection that is closed here looks like one that the server closed.
    const timer = setTimeout(() => {
      isLate = true;
      connection.close();
    }, left);
    const failure =
      (await settled(connection, (done) => connection.connect(done))) ??
      (auth === null ? null : await settled(connection, (done) => connection.login({ ...auth }, done)));
    clearTimeout(timer);
    if (failure === null) return { ok: true, connection };
    leave(connection);
    const timedOut = failure.responseCode === undefined && (isLate || performance.now() >= by);
    return { ok: false, outcome: notConnected(timedOut ? { code: "ETIMEDOUT" } : failure) };
  }

  function wait(by: number): Promise<SMTPConnection | "room" | "late"> {
    return new Promise((resolve) => {
      const given = (connection: SMTPConnection | null): void => {
        clearTimeout(timer);
        resolve(connection ?? "room");
      };
      const timer = setTimeout(
        () => {
          waiting.splice(waiting.indexOf(given), 1);
          resolve("late");
        },
        Math.max(0, by - performance.now()),
      );
      waiting.push(given);
    });
  }

  return {
    async take(by) {
      if (closed) return CLOSED;
      if (performance.now() > by) return LATE;
      const [kept] = idle;
      if (kept !== undefined) {
        const [connection, timer] = kept;
        clearTimeout(timer);
        idle.delete(connection);
        return { ok: true, connection };
      }
      if (open < max) {
        open++;
        return connect(by);
      }
      const given = await wait(by);
      if (given === "late") return LATE;
      if (given !== "room") return { ok: true, connection: given };
      if (!closed) return connect(by);
      makeRoom();
      return CLOSED;
    },
    release(connection, usable) {
      const count = (messages.get(connection) ?? 0) + 1;
      messages.set(connection, count);
      if (!usable || closed || connection.destroyed || count >= MAX_MESSAGES) return leave(connection);
      const next = waiting.shift();
      if (next === undefined) keep(connection);
      else next(connection);
    },
    async close() {
      closed = true;
      for (const connection of [...idle.keys()]) leave(connection);
      if (open > 0)
        await new Promise<void>((resolve) => {
          const before = drained;
          drained = () => {
            before();
            resolve();
          };
        });
    },
  };
}

/** Why it failed; null: it did not. nodemailer tells some failures by an event alone. */
export function settled(
  connection: SMTPConnection,
  run: (done: (failure?: Failure | null) => void) => void,
): Promise<Failure | null> {
  return new Promise((resolve) => {
    const done = (failure?: Failure | null): void => {
      connection.off("error", done);
      connection.off("end", ended);
      resolve(failure ?? null);
    };
    const ended = (): void => done({ code: "ECONNECTION" });
    connection.once("error", done);
    connection.once("end", ended);
    run(done);
  });
}
