/** Wires the readiness of the process to its stores. */
import type { Logger } from "pino";
import type { Sql } from "../../db/client.ts";
import { explainDbError } from "../../db/explain-error.ts";
import { checkSchema } from "../../db/migrations/state.ts";
import { readGate } from "../../db/stores/dispatch/store-identity.ts";
import { withDeadline } from "../../deadline.ts";
import type { QueueBackend } from "../../queue/connection.ts";

type Deps = {
  readonly sql: Sql;
  readonly url: string;
  readonly backend: Pick<QueueBackend, "check">;
  readonly log: Pick<Logger, "info" | "warn">;
};

const LIMIT_MS = 2_000;

export function healthVerb({ sql, url, backend, log }: Deps) {
  const logChange = logChanges(log);
  return {
    async ready() {
      const [stores, queue] = await Promise.all([
        withDeadline(LIMIT_MS, "the database", checkDatabase(sql, url)).catch((error: unknown) => ({
          database: { ok: false, message: explainDbError(error, url) },
        })),
        backend.check({ limitMs: LIMIT_MS }),
      ]);
      logChange("database", stores.database);
      if ("schema" in stores) logChange("schema", stores.schema);
      logChange("queue", { ok: queue.ok, message: queue.faults.join("; ") });
      // Intake over HTTP and the sweep work without the queue, and intake while sends are held. Both are shown, and the process is ready.
      return {
        ok: stores.database.ok && !("schema" in stores && !stores.schema.ok),
        checks: { ...stores, queue: queue.ok ? { ok: true } : { ok: false, message: queue.faults.join("; ") } },
      };
    },
  };
}

async function checkDatabase(sql: Sql, url: string) {
  const [[row], { open }, schema] = await Promise.all([
    sql<ReadOnly[]>`select current_setting('transaction_read_only') = 'on' as on`,
    readGate(sql),
    // It was right at the start. A migration that contracts makes it unfit under a process that should have been stopped before.
    checkSchema(sql, url),
  ]);
  return {
    database: row?.on === true ? { ok: false, message: READ_ONLY } : { ok: true },
    schema: schema.kind === "fits" ? { ok: true } : { ok: false, message: schema.message },
    sending: open ? { ok: true } : { ok: false, message: HELD },
  };
}

type ReadOnly = { readonly on: boolean };
const HELD = "nothing is sent since the database was restored from a copy: look at `dunlin restored`";
const READ_ONLY = "the database is read-only, as a standby is: point DATABASE_URL at the primary";

/** Logs once when a check begins to fail for a reason, and once when it passes again. */
function logChanges(log: Deps["log"]) {
  const last = new Map<string, string | undefined>();
  return (check: string, { ok, message }: { readonly ok: boolean; readonly message?: string }): void => {
    const fault = ok ? undefined : message;
    if (fault === last.get(check)) return;
    last.set(check, fault);
    if (fault === undefined) log.info({ check }, "ready again");
    else log.warn({ check, reason: fault }, "not ready");
  };
}
