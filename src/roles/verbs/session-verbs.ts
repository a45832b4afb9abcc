/** Signing in and out, as the HTTP interface asks for it. */
import type { createSessions, SignedIn } from "../../access/sessions.ts";
import type { HttpVerbs } from "../../http/server.ts";

export function sessionVerbs(sessions: ReturnType<typeof createSessions>): HttpVerbs["sessions"] {
  return {
    signIn: async ({ user = "", password = "", key }, before) => {
      const result: SignedIn = await (key === undefined
        ? sessions.byPassword(user, password, before)
        : sessions.byKey(key, before));
      return result.kind === "signed_in"
        ? { kind: "signed_in", token: result.token, endsAt: result.session.endsAt }
        : result;
    },
    signOut: sessions.end,
    changePassword: sessions.changePassword,
  };
}
