/** Keeps the codes that the table of a provider does not list: in the log and the metrics by the code alone, and counted for `doctor`. */
import { countUnlisted } from "../db/stores/dispatch/code-store.ts";
import type { DispatchDeps } from "./deps.ts";

export type Unlisted = { note(channel: string, code: string): void; settled(): Promise<void> };

/** A provider that sends ever new codes fills neither the memory nor the table. */
const MAX_CODES = 200;

export function createUnlisted({ sql, log, meter }: Pick<DispatchDeps, "sql" | "log" | "meter">): Unlisted {
  const seen = new Set<string>();
  const counts = new Map<string, { channel: string; code: string; count: number }>();
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    while (counts.size > 0) {
      const rows = [...counts.values()];
      counts.clear();
      try {
        await countUnlisted(sql, rows);
      } catch (error) {
        log.warn({ err: error }, "unlisted codes of providers could not be counted");
      }
    }
    writing = null;
  }

  return {
    note(channel, code) {
      const key = `${channel} ${code}`;
      const isNew = !seen.has(key);
      if (isNew && seen.size >= MAX_CODES) return;
      seen.add(key);
      meter?.unlisted(channel, code);
      if (isNew) log.warn({ channel, code }, "the provider answered with a code that is not in its table");
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { channel, code, count: 1 });
      else known.count++;
      writing ??= write();
    },
    async settled() {
      await writing;
    },
  };
}
