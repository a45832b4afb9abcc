/** Random tokens of cookies and links. The database has their digests only. */
import { hash, randomBytes } from "node:crypto";

/** 256 bits in 43 characters. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** They are random, and need no slower hash. */
export const digestOf = (token: string): Buffer => hash("sha256", token, "buffer");
