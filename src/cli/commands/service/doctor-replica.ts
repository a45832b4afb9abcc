/** The read replica, for `doctor`. Without it reports come from the primary, so a fault is a warning. */
import type { OpenDatabase } from "../../../db/open.ts";
import { openReads } from "../../../db/reads/reads.ts";
import { redactUrl } from "../../../db/url.ts";

export async function replicaText(database: OpenDatabase, readUrl: string): Promise<string> {
  const reads = openReads({ database, readUrl, log: { info() {}, warn() {} } });
  try {
    const found = await reads.look();
    if (found === null || found.kind === "unusable")
      return `warning: it cannot answer, so reports and lists come from the primary: ${found?.why}`;
    return `at ${redactUrl(readUrl)}, ${behind(found.lagMs)}`;
  } finally {
    await reads.close();
  }
}

function behind(lagMs: number | null): string {
  if (lagMs === null) return "which does not say how far it is behind the primary";
  return lagMs === 0 ? "not behind the primary" : `at most ${(lagMs / 1_000).toFixed(1)} s behind the primary`;
}
