/** A directory of campaigns, a database, and intake and dispatch that run what is in it; each `process()` has campaigns of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type ApplyResult, applyDirectory, checkDirectory } from "../../src/campaigns/apply.ts";
import { openLiveCampaigns, withPauses } from "../../src/campaigns/live.ts";
import { pauseForFault } from "../../src/campaigns/pauses/pause.ts";
import type { Channel, Message, SendOutcome } from "../../src/core/seams/channel.ts";
import type { Actor } from "../../src/db/stores/campaigns/audit-store.ts";
import { createVault } from "../../src/db/vault.ts";
import type { DispatchDeps, DispatchMeter } from "../../src/dispatch/deps.ts";
import { createDispatcher } from "../../src/dispatch/dispatcher.ts";
import { prepare } from "../../src/intake/prepare.ts";
import { takeIn } from "../../src/intake/take-in.ts";
import { channelOptions } from "../../src/render/catalog/catalog-options.ts";
import { testDatabase } from "./database.ts";
import type { Cleanup } from "./file-context.ts";
import { inProcessChannel } from "./in-process-channel.ts";
import { CHANNELS, closingShop } from "./intake.ts";

export const OPTIONS = {
  ...channelOptions([
    { name: "sms", provider: "console", contacts: ["phone"], fallback: "chat" },
    { name: "chat", provider: "console", contacts: ["chat"], fallback: null },
  ]),
  shopIds: ["acme"],
  shopLocales: ["en"],
};
export const ALICE: Actor = { who: "alice", via: "cli" };

/** One step by SMS; `after` is when. */
export const campaignYaml = (after: string, more = "") =>
  `steps:\n  - { id: nudge, at: { afterCreated: ${after} }, channels: [sms] }\n${more}`;
export const NUDGE = { "nudge.sms.en.hbs": "Order {{order.id}}: {{total}} STOP to opt out" };

export function campaignDir(files: Readonly<Record<string, string>> = {}, context: Cleanup = { onTestFinished }) {
  const dir = mkdtempSync(join(tmpdir(), "dunlin-campaigns-"));
  context.onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { dir, write, remove: (path: string) => rmSync(join(dir, path), { recursive: true }) };
}

type ProcessOptions = {
  readonly answer?: (message: Message) => SendOutcome | undefined;
  readonly fallback?: string | null;
  readonly meter?: DispatchMeter;
};

export async function campaignSetup(
  yaml = campaignYaml("10m"),
  more: Readonly<Record<string, string>> = {},
  context: Cleanup = { onTestFinished },
) {
  const database = await testDatabase(context);
  const { sql } = database;
  const nudge = { "default/nudge.sms.en.hbs": NUDGE["nudge.sms.en.hbs"] };
  const place = campaignDir({ "default/campaign.yaml": yaml, ...nudge, ...more }, context);
  const apply = async (change: { force?: boolean; prune?: boolean; by?: Actor } = {}): Promise<ApplyResult> => {
    const checked = checkDirectory(place.dir, OPTIONS);
    if (!checked.ok) throw new Error(checked.faults.join("\n"));
    const { force = false, prune = false, by = ALICE } = change;
    return applyDirectory(sql, by, checked.directory, { force, prune, note: null });
  };
  const vault = createVault(Buffer.alloc(32, 7));
  const shop = closingShop();
  const shopOf = (id: string) => (id === shop.id ? shop : null);
  const sent: Message[] = [];
  const { log, lines } = keptLog();

  /** `answer`: the provider's answer to each message; by default it is accepted. `fallback`: of channel `sms`. */
  async function process({ answer, fallback = null, meter }: ProcessOptions = {}) {
    const channel = (name: string, contact: Channel["contacts"][number], next: string | null): Channel =>
      inProcessChannel({ name, contacts: [contact], fallback: next }, (message) => {
        sent.push(message);
        return answer?.(message);
      });
    const fallbacks = new Map([["sms", fallback]]);
    const live = await openLiveCampaigns({ sql, options: OPTIONS, channels: CHANNELS, fallbacks, takeUp: 5_000 });
    const channels = new Map([
      ["sms", channel("sms", "phone", fallback)],
      ["chat", channel("chat", "chat", null)],
    ]);
    const deps: DispatchDeps = {
      sql,
      vault,
      shopOf: withPauses(shopOf, live),
      policy: () => live.current().policy,
      catalog: () => live.current().catalog,
      refresh: () => live.refresh(),
      channels,
      pauseChannel: async (name, fault) => {
        await pauseForFault(sql, name, fault);
        await live.refresh();
      },
      log: { info() {}, warn() {}, error: (fields, message) => log.error(fields, message) },
      ...(meter === undefined ? {} : { meter }),
    };
    const dispatcher = createDispatcher(deps);
    onTestFinished(() => dispatcher.stop());
    return {
      live,
      deps,
      /** From now on this channel is used under its name. */
      use: (other: Channel) => void channels.set(other.name, other),
      receive: (...events: readonly unknown[]) =>
        takeIn(
          deps,
          events.map((event) => {
            const result = prepare({ shopOf, vault }, event);
            if (!result.ok) throw new Error(result.rejection.message);
            return result.prepared;
          }),
        ),
      drain: async () => {
        const taken = await dispatcher.drain();
        await dispatcher.settled();
        return taken;
      },
    };
  }
  return { ...place, database, sql, apply, process, sent, logged: lines, at: database.setNow };
}

/** A log that keeps its lines as objects. */
export function keptLog() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { log: pino({ level: "debug" }, sink), lines };
}
