/** `dunlin doctor`: looks at everything the service needs and says what is wrong and what to do, one line each. */

import { openChannels } from "../channels/registry.ts";
import { loadOrCreateKeys } from "../config/keys.ts";
import { explainDbError, redactUrl } from "../db/client.ts";
import { databaseNow } from "../db/stores/intake-store.ts";
import { openQueueBackend } from "../queue/connection.ts";
import { loadCatalog } from "../render/catalog.ts";
import { catalogOptions } from "../render/catalog-options.ts";
import { type CommandContext, CommandError, withDatabase } from "./context.ts";

type Finding = { readonly check: string; readonly ok: boolean; readonly message: string };

/** A worker's clock decides nothing but the queue's locks; beyond this BullMQ's PostgreSQL backend gets into trouble. */
const MOST_SKEW_MS = 2_000;

export async function doctorCommand(context: CommandContext, json: boolean): Promise<void> {
  const findings: Finding[] = [];
  const add = (check: string, ok: boolean, message: string) => findings.push({ check, ok, message });
  const { config } = context;
  const keys = await loadOrCreateKeys(config);
  add("keys", keys.ok, keys.ok ? "secret key and API key are there" : keys.fault);
  add(
    "shops",
    !config.implicitShops,
    config.implicitShops
      ? "none configured: every shop is taken, in UTC; list yours in dunlin.yaml"
      : `${config.shopIds.length} configured`,
  );
  const catalog = loadCatalog(config.templatesDir, catalogOptions(config));
  if (catalog.ok)
    add(
      "campaigns",
      true,
      `${catalog.catalog.campaigns.length} campaign(s), ${catalog.catalog.templates.length} template(s)`,
    );
  else for (const fault of catalog.faults) add("campaigns", false, fault);
  if (catalog.ok) for (const warning of catalog.warnings) add("campaigns", true, `warning: ${warning}`);
  try {
    const channels = openChannels(config.channels, { log: context.log, print: context.note });
    for (const channel of channels.values()) {
      add(
        `channel ${channel.name}`,
        true,
        channel.provider === "console"
          ? "prints only: configure a provider under channels in dunlin.yaml"
          : channel.provider,
      );
      await channel.close();
    }
  } catch (error) {
    add("channels", false, error instanceof Error ? error.message : String(error));
  }
  try {
    await withDatabase(context, async (database) => {
      const before = Date.now();
      const now = await databaseNow(database.sql);
      const skew = Math.abs(now - (before + Date.now()) / 2);
      const [row] = await database.sql<{ version: string }[]>`select current_setting('server_version') as version`;
      add("database", true, `PostgreSQL ${row?.version} at ${redactUrl(database.url)}`);
      add(
        "clock",
        skew < MOST_SKEW_MS,
        `this machine and the database differ by ${Math.round(skew)} ms${skew < MOST_SKEW_MS ? "" : ": set the clock (NTP)"}`,
      );
      const backend = openQueueBackend(config.queueUrl ?? database.url, { log: context.log });
      try {
        const queue = await backend.check({ deep: true });
        for (const fault of queue.faults) add("queue", false, fault);
        for (const advice of queue.advice) add("queue", true, `advice: ${advice}`);
        if (queue.ok) add("queue", true, `${queue.kind} ${queue.version ?? ""}, ${queue.latencyMs ?? "?"} ms`);
      } finally {
        await backend.close();
      }
    });
  } catch (error) {
    add(
      "database",
      false,
      error instanceof CommandError ? error.message : explainDbError(error, config.databaseUrl ?? undefined),
    );
  }
  if (json) context.out(JSON.stringify({ ok: findings.every(({ ok }) => ok), findings }, null, 2));
  else for (const { check, ok, message } of findings) context.out(`${ok ? "ok  " : "FAIL"}  ${check}: ${message}`);
  const bad = findings.filter(({ check, ok }) => !ok && check !== "shops").length;
  if (bad > 0) throw new CommandError(`${bad} of ${findings.length} checks failed`);
}
