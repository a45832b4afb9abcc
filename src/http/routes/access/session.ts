/** Signing in and out. The answer is a cookie: no token is ever in a body or a URL. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { formatInstant } from "../../../core/values/instant.ts";
import {
  type NotLookedAt,
  passwordBody,
  type SessionAnswer,
  type SessionVerbs,
  sessionAnswer,
  signInBody,
  signOutQuery,
} from "../../contract/access/session.ts";
import type { ChangesVerbs } from "../../contract/console/stream.ts";
import { HttpProblem } from "../../kit/errors.ts";
import type { Failures } from "../../kit/guard.ts";
import { addNoStore } from "../../kit/no-store.ts";
import { answers, answersNothing, JSON_TYPE } from "../../kit/openapi.ts";
import { dropCookie, sessionToken, setCookie } from "../../kit/session-cookie.ts";

/** The right password waits as well: nobody learns whether it was right. */
const notLookedAt = (result: NotLookedAt): HttpProblem =>
  result.kind === "busy"
    ? new HttpProblem("overloaded", "too many passwords are looked at now", { headers: { "retry-after": "2" } })
    : new HttpProblem("rate_limited", "too many wrong passwords for this name", {
        headers: { "retry-after": String(Math.ceil(result.forMs / 1_000)) },
      });

const tags = ["session"];
const URL = "/v1/session";

export function sessionRoutes(
  plain: FastifyInstance,
  { sessions, changes, failures }: SessionVerbs & ChangesVerbs & { readonly failures: Failures },
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  app.post(
    URL,
    {
      config: { access: "open" },
      schema: {
        body: signInBody,
        summary: "Sign in",
        description:
          "Sets the cookie of a new session, for 7 days; it ends when no request comes for 12 hours (a page that is open makes requests). A session that came along ends. After " +
          "five wrong passwords in a row for a name, each further attempt has to wait, for at most 15 minutes. An address whose sign-ins failed " +
          "too often has to wait as well: its passwords and keys are not looked at.",
        tags,
        response: answersNothing("Signed in: the cookie is set"),
      },
    },
    async (request, reply) => {
      const limited = await failures.limited(request);
      if (limited !== null) throw limited;
      const result = await sessions.signIn(request.body, sessionToken(request));
      if (result.kind === "blocked" || result.kind === "busy") throw notLookedAt(result);
      if (result.kind === "refused")
        throw await failures.count(
          request,
          "sign_in_refused",
          request.body.key === undefined ? "name or password is wrong" : "this key is not valid, or it was revoked",
        );
      return reply
        .header("set-cookie", setCookie(request, result.token, result.endsAt))
        .code(204)
        .send(null);
    },
  );
  app.get(
    URL,
    {
      config: { access: "viewer" },
      schema: {
        summary: "Who is signed in",
        tags,
        response: answers(200, "The holder of the session or the key", { [JSON_TYPE]: sessionAnswer }),
      },
    },
    async ({ holder, session }): Promise<SessionAnswer> => {
      if (holder === null) throw new HttpProblem("unauthorized", "nobody is signed in");
      const { name, role } = holder;
      const signedInWith = session?.person === true ? "password" : "key";
      const endsAt = session === null ? null : formatInstant(session.endsAt, 0);
      return { name, role, signedInWith, csrf: session?.csrf ?? null, endsAt, mark: await changes.mark() };
    },
  );
  app.delete(
    URL,
    {
      config: { access: "viewer" },
      schema: {
        querystring: signOutQuery,
        summary: "Sign out",
        tags,
        response: answersNothing("The session has ended, and the cookie is dropped"),
      },
    },
    async (request, reply) => {
      const token = sessionToken(request);
      if (token !== null) await sessions.signOut(token, request.query.everywhere);
      return reply.header("set-cookie", dropCookie(request)).code(204).send(null);
    },
  );
  app.put(
    `${URL}/password`,
    {
      config: { access: "viewer" },
      schema: {
        body: passwordBody,
        summary: "Change one's password",
        description: "All other sessions of the person end.",
        tags,
        response: answersNothing("Changed"),
      },
    },
    async (request, reply) => {
      const token = sessionToken(request);
      if (token === null)
        throw new HttpProblem("invalid_password", "only people who signed in with a password can change it");
      const result = await sessions.changePassword(token, request.body);
      if (result.kind === "fault") throw new HttpProblem("invalid_password", result.fault);
      if (result.kind !== "changed") throw notLookedAt(result);
      return reply.code(204).send(null);
    },
  );
}
