/** The people who sign in, and the keys of programs. Only admins see and change them. */
import { z } from "zod";
import { ACTOR_NAMES, isActorName, KEY_ROLES } from "../../../core/values/role.ts";
import { name } from "../parts/query.ts";
import { type Answer, instant, maybeInstant, type Page, text } from "../parts/values.ts";
import type { Actor } from "../pauses.ts";

const ownName = name(100)
  .trim()
  .refine(isActorName, { error: ACTOR_NAMES })
  .describe("Also the name in the audit trail; it is used once");
const role = z.enum(KEY_ROLES);

export const personParams = z.object({ name: name(100) });
export const personBody = z.strictObject({ name: ownName, role });

const made = { name: text, role, createdAt: instant, createdBy: text };
export const personItem = z.strictObject({ ...made, disabledAt: maybeInstant });
export const keyItem = z.strictObject({ ...made, revokedAt: maybeInstant });
export const personLink = z.strictObject({
  name: text,
  path: text.describe(
    "The page on which the person sets a password, once, within 3 days: below the address of this service. It is shown only here",
  ),
});
export const newKey = z.strictObject({ name: text, role, key: text.describe("It is shown only here") });

export type PeopleVerbs = {
  readonly people: {
    list(): Promise<Page<Answer<typeof personItem>>>;
    /** null: the name was used before. */
    create(actor: Actor, person: z.output<typeof personBody>): Promise<Answer<typeof personLink> | null>;
    /** The old password and the sessions end. null: there is no such person. */
    renew(actor: Actor, name: string): Promise<Answer<typeof personLink> | null>;
    /** false: there is no such person. */
    disable(actor: Actor, name: string): Promise<boolean>;
  };
  readonly keys: {
    list(): Promise<Page<Answer<typeof keyItem>>>;
    /** null: the name was used before. */
    create(actor: Actor, key: z.output<typeof personBody>): Promise<Answer<typeof newKey> | null>;
    /** false: there is no such key that is valid. */
    revoke(actor: Actor, name: string): Promise<boolean>;
  };
};
