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

export const smtpCheck =
  (connections: Connections, { hasAuth, timeoutMs }: { readonly hasAuth: boolean; readonly timeoutMs: number }) =>
  async (): Promise<readonly ChannelFinding[]> => {
    const taken = await connections.take(performance.now() + timeoutMs);
    if (taken.ok) {
      connections.release(taken.connection, true);
      return [hasAuth ? CREDENTIALS_OK : NO_CREDENTIALS];
    }
    const { outcome } = taken;
    if (outcome.kind === "channel-fault")
      return [{ about: "credentials", ok: false, code: outcome.code, message: outcome.message }];
    if (outcome.kind === "accepted") throw new Error("no message was sent");
    // A check sends nothing anyway.
    return [notChecked(outcome.code, outcome.message.replace(/; nothing was sent$/, ""))];
  };
