/** A chat of the shop's staff describes itself here, as data. One file each; `all.ts` lists them. The code is in `src/channels/notices`. */
import type { z } from "zod";

export type NoticeProvider = {
  /** As `provider:` in dunlin.yaml. */
  readonly name: string;
  /** Its keys in dunlin.yaml. The `url` of the named ones holds a key, and is never logged. */
  readonly settings: Readonly<Record<string, z.ZodType>>;
  /** A longer text is cut: bytes of UTF-8. */
  readonly maxBytes: number;
};
