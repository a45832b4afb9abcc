/** A loopback mail server (smtp-server) that takes messages, and misbehaves as a test asks. */
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A reply in the place of the usual one, like `550 5.1.1 no such user`. `hang`: none. `drop`: the connection is reset. */
export type Reply = string | "hang" | "drop";

export type MailFaults = {
  readonly connect?: Reply;
  readonly auth?: Reply;
  readonly mail?: Reply;
  readonly rcpt?: Reply;
  /** After the whole message. */
  readonly data?: Reply;
  /** The connection is reset after so many bytes of the message. */
  readonly dropAfter?: number;
  /** Before the answer to the message, ms. */
  readonly delayMs?: number;
};

export type Received = {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | null;
  readonly raw: string;
};

const replyError = (reply: string): Error => {
  const [, code = "554", text = ""] = /^(\d{3}) (.*)$/s.exec(reply) ?? [];
  return Object.assign(new Error(text), { responseCode: Number(code) });
};

export async function startMailServer(options: SMTPServerOptions = {}) {
  let faults: MailFaults = {};
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let most = 0;
  const drop = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const reply = (fault: Reply | undefined, done: (error?: Error | null) => void): void => {
    if (fault === undefined) done();
    else if (fault === "drop") drop();
    else if (fault !== "hang") done(replyError(fault));
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    logger: false,
    closeTimeout: 50,
    onConnect: (_session, done) => reply(faults.connect, done),
    onAuth: ({ username, password }, _session, done) => {
      if (faults.auth !== undefined) return reply(faults.auth, (error) => done(error));
      if (password !== "p@ssword-0") return done(replyError("535 5.7.8 no"));
      done(null, { user: username ?? "" });
    },
    onMailFrom: (_address, _session, done) => reply(faults.mail, done),
    onRcptTo: (_address, _session, done) => reply(faults.rcpt, done),
    onData: (stream, { envelope, user }, done) => {
      const { dropAfter, data, delayMs = 0 } = faults;
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (dropAfter !== undefined && size >= dropAfter) drop();
      });
      stream.on("end", () => {
        if (envelope.mailFrom === false) return done(replyError("554 no sender"));
        const [from, to] = [envelope.mailFrom.address, envelope.rcptTo.map(({ address }) => address)];
        received.push({
          from,
          to,
          user: typeof user === "string" ? user : null,
          raw: Buffer.concat(chunks).toString("utf8"),
        });
        setTimeout(() => reply(data, (error) => done(error)), delayMs);
      });
    },
    ...options,
  });
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    most = Math.max(most, sockets.size);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    faults: (next: MailFaults) => {
      faults = next;
    },
    connections: () => sockets.size,
    mostConnections: () => most,
    drop,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;
