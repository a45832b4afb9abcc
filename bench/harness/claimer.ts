/** One due scan and one claim, as a dispatching process does them, without the sending. */
import { loadConfig } from "../../src/config/load-config.ts";
import type { BuyerPolicy } from "../../src/core/rules/buyer-state.ts";
import { byPriority } from "../../src/core/rules/match.ts";
import type { Channel } from "../../src/core/seams/channel.ts";
import { connect } from "../../src/db/client.ts";
import { newId } from "../../src/db/ids.ts";
import { countDue } from "../../src/db/stores/dispatch/due-store.ts";
import { createVault } from "../../src/db/vault.ts";
import { claimDue, shopPolicy } from "../../src/dispatch/claim.ts";
import type { DispatchDeps } from "../../src/dispatch/deps.ts";
import { createBreakers } from "../../src/dispatch/limits/breakers.ts";
import { createBulkheads } from "../../src/dispatch/limits/bulkheads.ts";
import { createSlotClock } from "../../src/dispatch/limits/slot-clock.ts";
import { loadCatalog } from "../../src/render/catalog/catalog.ts";

const channel = (name: string, contact: Channel["contacts"][number]): Channel => ({
  name,
  provider: "bench",
  contacts: [contact],
  ratePerSecond: null,
  timeoutMs: 5_000,
  connections: 128,
  cost: null,
  fallback: null,
  send: async () => ({ kind: "accepted", messageId: null, segments: null }),
  close: async () => {},
});

export function openClaimer(databaseUrl: string, env: NodeJS.ProcessEnv) {
  const config = loadConfig({ ...env, DATABASE_URL: databaseUrl }, process.cwd());
  if (!config.ok) throw new Error(config.faults.join("\n"));
  const { secretKey, shop, templatesDir } = config.config;
  const result = loadCatalog(templatesDir, { channels: ["sms", "chat"], shopIds: null });
  if (!result.ok || secretKey === null) throw new Error("the shipped templates cannot be read");
  const { catalog } = result;
  const { sql, close } = connect(databaseUrl, { max: 4, applicationName: "dunlin bench" });
  const channels = new Map([
    ["sms", channel("sms", "phone")],
    ["chat", channel("chat", "chat")],
  ]);
  const policy: BuyerPolicy = {
    campaigns: byPriority(catalog.campaigns),
    channels: new Map([...channels].map(([name, { contacts }]) => [name, contacts])),
    newId,
  };
  const deps: DispatchDeps = {
    sql,
    vault: createVault(secretKey),
    shopOf: shop,
    policy: () => policy,
    catalog: () => catalog,
    channels,
    log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
  };
  return {
    /** For `loadBuyers`, but for the time. */
    env: { shopOf: (id: string) => shopPolicy(deps, id), campaigns: policy.campaigns },
    /** ms for the scan and the claim of `limit` buyers, who must be due. */
    async claim(limit: number): Promise<number> {
      const begun = performance.now();
      await countDue(sql, 2_000);
      const { taken, jobs } = await claimDue(
        { ...deps, bulkheads: createBulkheads(channels), breakers: createBreakers(deps), slotClock: createSlotClock() },
        limit,
      );
      const ms = performance.now() - begun;
      if (taken !== limit || jobs.length !== limit)
        throw new Error(`${taken} buyers were due and ${jobs.length} claimed instead of ${limit}`);
      return ms;
    },
    close,
  };
}
