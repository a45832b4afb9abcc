/**
 * Channel `smtp`: one e-mail over a mail server, through the connections of connections.ts. nodemailer speaks the protocol. The message is read
 * only when the server has asked for it (354): until then nothing was sent, from then on only an answer tells.
 */
import { Readable } from "node:stream";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Message, SendOutcome } from "../../core/seams/channel.ts";
import type { Open } from "../deps.ts";
import { NOT_IN_TIME, permanent, TIMED_OUT } from "../http-outcome.ts";
import { smtpCheck } from "./check.ts";
import { type ComposedMail, composeMail } from "./compose.ts";
import { openConnections, settled } from "./connections.ts";
import { type Failure, notSent, unsent } from "./outcome.ts";

const RESET_MS = 1_000;
const NO_SUBJECT = permanent("no_subject", "the text has no subject: add one to its front matter");

export const openSmtp: Open<"smtp"> = ({ settings, timeoutMs, connections: max }, { unsubscribeUrl }) => {
  const { url, from, ca, unsubscribe } = settings;
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === "smtps:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const auth = username === "" ? null : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const connections = openConnections(
    {
      host,
      port: Number(port) || (secure ? 465 : 587),
      secure,
      // A password never travels in clear, except within this machine.
      requireTLS: !secure && auth !== null && !isLoopback(host),
      ...(ca === undefined ? {} : { tls: { ca } }),
      // Longer than a send takes and a connection is kept: both have a limit of their own.
      socketTimeout: 2 * timeoutMs + 60_000,
      socketCloseTimeout: 1_000,
    },
    auth,
    max,
  );
  const unsubscribeOf = ({ shop, to }: Message) => {
    const own = unsubscribeUrl?.(shop, to) ?? null;
    const links = [own, unsubscribe ?? null].filter((link) => link !== null);
    return { links, oneClick: own?.startsWith("https:") === true };
  };
  return {
    async send(message, startBy = Number.POSITIVE_INFINITY, begun = () => {}) {
      if (message.mail === undefined) return NO_SUBJECT;
      const ends = performance.now() + timeoutMs;
      const by = Math.min(ends - timeoutMs / 2, startBy);
      const mail = await composeMail(message, message.mail, { from, unsubscribe: unsubscribeOf(message) });
      const taken = await connections.take(by);
      if (!taken.ok) return taken.outcome;
      const { connection } = taken;
      if (performance.now() > by) {
        connections.release(connection, true);
        return NOT_IN_TIME;
      }
      begun();
      const { outcome, usable } = await deliver(connection, mail, { startBy, ends });
      if (outcome.kind === "accepted" || !usable) connections.release(connection, usable);
      else void isReset(connection).then((isReady) => connections.release(connection, isReady));
      return outcome;
    },
    check: smtpCheck(connections, { hasAuth: auth !== null, timeoutMs }),
    close: connections.close,
  };
};

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127\./.test(host);

type Times = { readonly startBy: number; readonly ends: number };
/** `usable`: the connection can take another message. */
type Delivered = { readonly outcome: SendOutcome; readonly usable: boolean };

function deliver(
  connection: SMTPConnection,
  { envelope, messageId, raw }: ComposedMail,
  { startBy, ends }: Times,
): Promise<Delivered> {
  return new Promise((settle) => {
    let isAsked = false;
    const end = (outcome: SendOutcome, usable: boolean): void => {
      clearTimeout(timer);
      settle({ outcome, usable });
    };
    const body = new Readable({
      read() {
        if (isAsked) return;
        // The process may have been paused since the first command. Without its end the server drops the message.
        if (performance.now() > startBy) return end(NOT_IN_TIME, false);
        isAsked = true;
        this.push(raw);
        this.push(null);
      },
    });
    // After a pause of the whole process an answer may lie in the socket: it is read before the verdict.
    const timer = setTimeout(
      () => setImmediate(() => end(isAsked ? TIMED_OUT : unsent("timeout", "the mail server did not answer"), false)),
      Math.max(0, ends - performance.now()),
    );
    connection.send({ from: envelope.from, to: [...envelope.to], size: raw.length }, body, (error: Failure | null) => {
      if (error === null) end({ kind: "accepted", messageId, segments: null }, true);
      else end(notSent(error, isAsked), error.code === "EENVELOPE" || error.code === "EMESSAGE");
    });
  });
}

/** A refused recipient leaves its message open on the connection. */
async function isReset(connection: SMTPConnection): Promise<boolean> {
  const timer = setTimeout(() => connection.close(), RESET_MS);
  const failure = await settled(connection, (done) => connection.reset(done));
  clearTimeout(timer);
  return failure === null;
}
