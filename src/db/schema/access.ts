/** The people who may use the HTTP interface, and the trail of their changes. These tables belong to the installation, not to a shop. */
import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { bytea, instant } from "./column-types.ts";

/** Keys of the HTTP interface, beside the admin key of the environment or the data directory. A name is used once, so that the audit trail is clear. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    /** `viewer`, `operator` or `admin`. */
    role: text("role").notNull(),
    /** SHA-256 of the key, which is random and needs no slower hash. */
    hash: bytea("hash").notNull(),
    createdAt: instant("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    revokedAt: instant("revoked_at"),
  },
  (t) => [
    // Finds the key of a request.
    uniqueIndex("api_keys_hash").on(t.hash),
    // Names are unique.
    uniqueIndex("api_keys_name").on(t.name),
  ],
);

/** People who sign in with a password. A name is used once, as those of keys; who has left is disabled. */
export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    /** `viewer`, `operator` or `admin`. */
    role: text("role").notNull(),
    /** Argon2id, with its parameters and salt (PHC string format); null: none was set yet. */
    password: text("password"),
    /** SHA-256 of the token in the link by which the person sets a password, and until when the link holds; null: the person has no link, or used it. */
    linkHash: bytea("link_hash"),
    linkEndsAt: instant("link_ends_at"),
    createdAt: instant("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    disabledAt: instant("disabled_at"),
  },
  (t) => [
    // Finds who signs in. Names are unique.
    uniqueIndex("users_name").on(t.name),
    // Finds whose link it is.
    uniqueIndex("users_link").on(t.linkHash).where(sql`link_hash is not null`),
  ],
);

/** Attempts to sign in with a name, whether somebody has it or not. Old ones are deleted. */
export const signInAttempts = pgTable(
  "sign_in_attempts",
  {
    /** Keyed hash of the name: people type other things there as well, passwords among them. */
    hash: bytea("hash").primaryKey(),
    /** Wrong passwords in a row, and attempts that are under way. */
    failures: integer("failures").notNull(),
    /** The last attempt. */
    at: instant("at").notNull(),
    /** No password is looked at until then. */
    blockedUntil: instant("blocked_until"),
  },
  // Deletes old ones.
  (t) => [index("sign_in_attempts_at").on(t.at)],
);

/** Sessions of the console. Those that ended are deleted. */
export const sessions = pgTable(
  "sessions",
  {
    /** SHA-256 of the cookie's value, which is random and needs no slower hash. */
    hash: bytea("hash").primaryKey(),
    /** The person, who signed in with a password; null: the session was made with a key, and `key_hash` is the SHA-256 of the key. */
    userId: uuid("user_id"),
    keyHash: bytea("key_hash"),
    /** Requests that change something must repeat it. */
    csrf: text("csrf").notNull(),
    createdAt: instant("created_at").notNull(),
    /** The last request, to the minute. */
    seenAt: instant("seen_at").notNull(),
    endsAt: instant("ends_at").notNull(),
  },
  (t) => [
    // Ends all sessions of a person.
    index("sessions_user").on(t.userId).where(sql`user_id is not null`),
    // Deletes those that are over.
    index("sessions_ends").on(t.endsAt),
  ],
);

/** The audit trail. Ids are UUIDv7, so they are in the order of time. */
export const audit = pgTable("audit", {
  id: uuid("id").primaryKey(),
  at: instant("at").notNull(),
  /** The name of an API key, or of the user who ran a command. */
  who: text("who").notNull(),
  /** `http`, `cli` or `start`. */
  via: text("via").notNull(),
  /** `campaign.apply`, `key.create`, …. */
  action: text("action").notNull(),
  /** The campaign or key that was changed. */
  subject: text("subject").notNull(),
  fromVersion: integer("from_version"),
  toVersion: integer("to_version"),
  note: text("note"),
});
