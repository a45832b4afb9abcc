/** The people who may use the HTTP interface, and the trail of their changes. These tables belong to the installation, not to a shop. */
import { integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
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
