/** Whether the mail server takes a connection, with the credentials if there are any. It is closed after a while without a message. */
import type { ChannelFinding } from "../../core/seams/channel-check.ts";
import { CREDENTIALS_OK, notChecked } from "../check-parts.ts";
import type { Connections } from "./connections.ts";

const NO_CREDENTIALS: ChannelFinding = {
  about: "credentials",
  ok: true,
  code: null,
  message: "the mail server asks for no credentials",
};

/** A message is tried again after these. But nothing can be sent as long as they last, and somebody must look: host, port, certificate, firewall. */
const REFUSALS: ReadonlySet<string> = new Set(["connection_refused", "dns", "tls"]);

export const smtpCheck =
  (connections: Connections, { hasAuth, timeoutMs }: { readonly hasAuth: boolean; readonly timeoutMs: number }) =>
  async (): Promise<readonly ChannelFinding[]> => {
    const taken = await connections.take(performance.now() + timeoutMs);
    if (taken.ok) {
      connections.release(taken.connection, true);
      return [hasAuth ? CREDENTIALS_OK : NO_CREDENTIALS];
    }
    const { outcome } = taken;
    if (outcome.kind === "accepted") throw new Error("no message was sent");
    const { kind, code } = outcome;
    // A check sends nothing anyway.
    const message = outcome.message.replace(/; nothing was sent$/, "");
    const isRefused = kind === "channel-fault" || kind === "failed-permanent" || REFUSALS.has(code);
    return [isRefused ? { about: "credentials", ok: false, code, message } : notChecked(code, message)];
  };
