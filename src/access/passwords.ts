/** Passwords: what is taken as one, and Argon2id with the parameters of OWASP's Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane). */
import { hash, type Options, verify } from "@node-rs/argon2";
import pLimit from "p-limit";

/** `2` is Argon2id; the enum that names it exists in types only. */
const OPTIONS: Options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** NIST SP 800-63B: length counts, classes of characters do not. The upper limit bounds the work of one attempt. */
const MIN_LENGTH = 12;
const MAX_LENGTH = 200;

/** The fault of a password, in a sentence that does not repeat it; null: it has none. */
export function passwordFault(password: string, name: string): string | null {
  const length = [...password].length;
  if (length < MIN_LENGTH) return `a password has at least ${MIN_LENGTH} characters`;
  if (length > MAX_LENGTH) return `a password has at most ${MAX_LENGTH} characters`;
  if (new Set(password).size < 4) return "this password has too few different characters";
  if (normal(password).toLowerCase().includes(name.toLowerCase()) && length < MIN_LENGTH + name.length)
    return "a password is not made from the name";
  return null;
}

/** The same characters in another encoding are the same password. */
const normal = (password: string): string => password.normalize("NFKC");

export const hashPassword = (password: string): Promise<string> => hash(normal(password), OPTIONS);

const isPassword = (hashed: string, password: string): Promise<boolean> => verify(hashed, normal(password));

/** A hash takes 19 MB and one of the four threads that Node has for files and names as well. */
const AT_ONCE = 2;
/** About two seconds of work. */
const MAX_WAITING = 50;

export const BUSY = { kind: "busy" } as const;

export type Hashing = {
  hash(password: string): Promise<string>;
  matches(hashed: string, password: string): Promise<boolean>;
  /** Does work that hashes. `BUSY`: so much is under way that it did not begin. */
  admit<T>(work: () => Promise<T>): Promise<T | typeof BUSY>;
};

/** The hashing of one process: whatever the requests, it takes a bounded part of the memory and the threads. */
export function createHashing(): Hashing {
  const limit = pLimit(AT_ONCE);
  let admitted = 0;
  return {
    hash: (password) => limit(hashPassword, password),
    matches: (hashed, password) => limit(isPassword, hashed, password),
    async admit(work) {
      if (admitted >= AT_ONCE + MAX_WAITING) return BUSY;
      admitted++;
      try {
        return await work();
      } finally {
        admitted--;
      }
    },
  };
}
