/** Sessions: who uses the interface from a browser. */
import { z } from "zod";
import { KEY_ROLES } from "../../../core/values/role.ts";
import { name } from "../parts/query.ts";
import { type Answer, instant, maybeText, text } from "../parts/values.ts";

const secret = (max: number) => name(max).min(1, "must not be empty");

export const signInBody = z
  .strictObject({
    user: secret(200).optional(),
    password: secret(1_000).optional(),
    key: secret(1_000).optional().describe("An API key, in the place of user and password"),
  })
  .superRefine(({ user, password, key }, context) => {
    const fault = (message: string, path: string) => context.addIssue({ code: "custom", message, path: [path] });
    if (key !== undefined && (user !== undefined || password !== undefined))
      fault("stands alone: leave user and password out", "key");
    if (key === undefined && user === undefined) fault("is missing: send user and password, or key", "user");
    else if (key === undefined && password === undefined) fault("is missing", "password");
  });

export const signOutQuery = z.strictObject({
  everywhere: z
    .enum(["true", "false"])
    .optional()
    .transform((value) => value === "true")
    .describe("`true`: all sessions of the same person or key end, on every device"),
});

export const passwordBody = z.strictObject({ old: secret(1_000), password: secret(1_000) });

export const sessionAnswer = z.strictObject({
  name: text.describe("The person, or the name of the key").meta({ example: "Vera" }),
  role: z.enum(KEY_ROLES),
  signedInWith: z.enum(["password", "key"]),
  csrf: maybeText.describe(
    "Send it as `X-Dunlin-Csrf` with every request that changes something and carries the cookie; null: the request carried a key",
  ),
  endsAt: instant.nullable().describe("When the session ends in any case; null: the request carried a key"),
  mark: maybeText.describe(
    "Where the state stands, for `since` of `GET /v1/stream`: it names what changed after this answer. null: not known just now",
  ),
});

export type SessionAnswer = Answer<typeof sessionAnswer>;

type Started = { readonly token: string; readonly endsAt: number };

/** No password was looked at. `blocked`: too many wrong ones for this name. `busy`: too many are looked at now. */
export type NotLookedAt = { readonly kind: "blocked"; readonly forMs: number } | { readonly kind: "busy" };

export type SessionVerbs = {
  readonly sessions: {
    /** `before`: the cookie that came along; its session ends. */
    readonly signIn: (
      who: z.output<typeof signInBody>,
      before: string | null,
    ) => Promise<({ kind: "signed_in" } & Started) | { readonly kind: "refused" } | NotLookedAt>;
    readonly signOut: (token: string, everywhere: boolean) => Promise<void>;
    /** `fault`: why it was not changed. */
    readonly changePassword: (
      token: string,
      body: z.output<typeof passwordBody>,
    ) => Promise<{ readonly kind: "changed" } | { readonly kind: "fault"; readonly fault: string } | NotLookedAt>;
  };
};

export const welcomeParams = z.strictObject({
  token: name(100).describe("From the link that `dunlin users create` printed"),
});
export const welcomePage = z.string().describe("A page");

export type LinkVerbs = {
  readonly links: {
    /** Whose link it is; null: it was used, it is over, or nobody has it. */
    readonly nameOf: (token: string) => Promise<string | null>;
    /** `fault`: why the password is not taken. `busy`: too many passwords are looked at now. null: as `nameOf`. */
    readonly set: (
      token: string,
      password: string,
    ) => Promise<
      { readonly name: string } | { readonly name: string; readonly fault: string } | { readonly kind: "busy" } | null
    >;
  };
};
