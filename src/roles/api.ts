/** The role `api`: wires the HTTP interface to the features, and listens. */
import type { Logger } from "pino";
import { createHashing } from "../access/passwords.ts";
import { createSessions } from "../access/sessions.ts";
import { digestOf } from "../access/tokens.ts";
import { passwordLinks } from "../access/users.ts";
import { createCampaignAdmin } from "../campaigns/administer.ts";
import type { CampaignSet } from "../campaigns/live.ts";
import { createPauseAdmin } from "../campaigns/pauses/administer.ts";
import { openReceipts } from "../channels/receipts.ts";
import type { Config } from "../config/config.ts";
import type { Keys } from "../config/keys.ts";
import { commonZone } from "../config/shops.ts";
import { StartError } from "../config/start-error.ts";
import type { Channel } from "../core/seams/channel.ts";
import type { Sql } from "../db/client.ts";
import type { OpenDatabase } from "../db/open.ts";
import { openReads, type Reads } from "../db/reads/reads.ts";
import { findKey } from "../db/stores/campaigns/key-store.ts";
import type { Vault } from "../db/vault.ts";
import { withDeadline } from "../deadline.ts";
import { taskCard } from "../followup/desk/card.ts";
import { phrasesOf } from "../followup/desk/phrases.ts";
import { revealPhone } from "../followup/reveal.ts";
import { unsubscribeVerb } from "../followup/unsubscribe.ts";
import { ADMIN, createAuth } from "../http/kit/auth.ts";
import type { Observe } from "../http/kit/log.ts";
import { buildServer } from "../http/server.ts";
import type { Intake } from "../intake/intake.ts";
import { CONSOLE_DIR, QUEUES_DIR } from "../package-root.ts";
import { createNewestOrders } from "../preview/newest-orders.ts";
import { previewPhrase } from "../preview/phrase-preview.ts";
import { previewTemplate } from "../preview/preview.ts";
import { sendDraft } from "../preview/test-draft.ts";
import type { QueueBackend } from "../queue/connection.ts";
import type { ReceiptDeps } from "../receipts/deps.ts";
import { createReceiver } from "../receipts/receiver.ts";
import { createRehearsals, type Rehearsals } from "../rehearsal/service.ts";
import { storedOrders } from "../rehearsal/stored/stored-orders.ts";
import { catalogOptions } from "../render/catalog/catalog-options.ts";
import { listAudit } from "../reporting/audit-trail.ts";
import { explainOrder } from "../reporting/explain.ts";
import { listCases, listDeliveries, listReminders } from "../reporting/listings.ts";
import { type PolicyLookups, policyLookups } from "../reporting/policies.ts";
import { listShared } from "../reporting/shared-contacts.ts";
import { storyJson } from "../reporting/story-json.ts";
import { upcoming } from "../reporting/upcoming/upcoming.ts";
import { sources } from "../sources/registry.ts";
import { addReplicaGauges } from "./chores/replica-gauges.ts";
import type { Role } from "./role.ts";
import { deskStateVerb } from "./verbs/desk-state-verb.ts";
import { healthVerb } from "./verbs/health-verb.ts";
import { peopleVerbs } from "./verbs/people-verbs.ts";
import { promiseVerbs } from "./verbs/promise-verbs.ts";
import { queueVerbs } from "./verbs/queue-verbs.ts";
import { reportVerbs } from "./verbs/report-verbs.ts";
import { rosterVerbs } from "./verbs/roster-verbs.ts";
import { sessionVerbs } from "./verbs/session-verbs.ts";
import { eraseVerb, suppressionVerbs } from "./verbs/suppression-verbs.ts";
import { taskVerbs } from "./verbs/task-verbs.ts";

const CUT_READS_MS = 5_000;

export const api: Role = {
  name: "api",
  contacts: true,
  replans: false,
  async start(parts) {
    const { config, log, print, life, database, keys, vault, backend } = parts;
    const { live, intake, metrics, receipts, channels } = parts;
    const reads = openReads({ database, readUrl: config.readUrl, log });
    life.onRelease(() => reads.close());
    if (config.readUrl !== null) addReplicaGauges(metrics.registry, reads);
    const http = await startHttp({
      config,
      keys,
      vault,
      database,
      reads,
      backend,
      intake,
      receipts,
      channels,
      metrics: { text: () => metrics.registry.metrics(), answered: metrics.answered, webhookSeen: metrics.webhookSeen },
      current: () => live.current(),
      policies: policyLookups(() => live.current().policy.campaigns, config.shop),
      rehearsals: createRehearsals({
        config,
        files: () => live.current().catalog.files,
        now: Date.now,
        writeStored: storedOrders({ sql: reads.sql, vault, config, now: Date.now }),
      }),
      consoleDir: CONSOLE_DIR,
      queuesDir: QUEUES_DIR,
      log,
    });
    life.onStop(http.close);
    // A report that hangs must not hold up the drain: it is cut and answered with 503.
    life.onStop(() => reads.close(CUT_READS_MS));
    for (const line of welcome(http.url, keys)) print(line);
    return http.url;
  },
};

/** A new key is shown once; later it is read from its file. */
function welcome(url: string, { apiKey, apiKeyCreated, apiKeyFile }: Keys): string[] {
  const lines = [`Dunlin listens at ${url} (OpenAPI: ${url}/openapi.json)`];
  if (apiKeyCreated) lines.push(`Admin API key, shown only this once: ${apiKey}   (stored in ${apiKeyFile})`);
  else if (apiKeyFile !== null) lines.push(`Admin API key: see ${apiKeyFile}`);
  return lines;
}

type ApiInput = {
  readonly config: Config;
  readonly keys: Pick<Keys, "apiKey">;
  readonly vault: Vault;
  readonly database: Pick<OpenDatabase, "sql" | "url">;
  /** For reports, lists, stories and previews. */
  readonly reads: Pick<Reads, "sql" | "marks" | "fresh">;
  readonly backend: Pick<QueueBackend, "check" | "queue">;
  /** Intake, counted under the name of the source of the events. */
  readonly intake: (source: string) => Intake;
  readonly receipts: ReceiptDeps;
  /** The open channels by name. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly metrics: {
    text(): Promise<string>;
    readonly answered: Observe;
    webhookSeen(source: string, result: string): void;
  };
  /** The campaigns that run now. */
  readonly current: () => CampaignSet;
  readonly policies: PolicyLookups;
  readonly rehearsals: Rehearsals;
  readonly consoleDir?: string;
  /** The page of the queues. */
  readonly queuesDir: string;
  readonly log: Logger;
};

async function startHttp(input: ApiInput): Promise<{ url: string; close: () => Promise<void> }> {
  const { config } = input;
  const server = buildApi(input);
  const url = await server.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
    throw whyNotListening(error, config);
  });
  return { url, close: () => server.close() };
}

/** A server that does not listen yet. */
export function buildApi(input: ApiInput) {
  const { config, vault, database, backend, metrics, log } = input;
  const { sql } = database;
  const reads: Sql = input.reads.sql;
  const { zoneOf } = input.policies;
  const read = { sql: reads, shopOf: config.shop };
  const auth = createAuth({
    adminKey: input.keys.apiKey,
    find: (digest) => withDeadline(5_000, "the database", findKey(sql, digest)),
    findSession: (token) => withDeadline(5_000, "the database", sessions.find(token)),
  });
  const newest = createNewestOrders(reads, Date.now);
  const admin = { digest: digestOf(input.keys.apiKey), name: ADMIN.name };
  const hashing = createHashing();
  const sessions = createSessions({ sql, vault, hashing, holderOf: async (key) => auth.check(key), admin });
  return buildServer({
    config,
    intake: input.intake("http"),
    sources,
    webhookSeen: metrics.webhookSeen,
    receipts: {
      channels: openReceipts(config.channels, config.publicUrl),
      submit: createReceiver(input.receipts).submit,
    },
    auth,
    ...peopleVerbs(sql),
    sessions: sessionVerbs(sessions),
    links: passwordLinks({ sql, vault, hashing }),
    health: healthVerb({ sql, url: database.url, backend, log }),
    queues: queueVerbs({ sql, backend, dir: input.queuesDir }),
    metrics: metrics.text,
    observe: metrics.answered,
    ...reportVerbs({
      sql,
      reads,
      marks: input.reads.marks,
      shopOf: config.shop,
      zoneOf,
      vault,
      current: input.current,
      log,
    }),
    upcoming: (forMs) =>
      upcoming(
        { sql: reads, ...input.current(), channels: config.channels, shopOf: config.shop, zone: commonZone(config) },
        forMs,
      ),
    explain: async ({ texts, ...which }) => {
      const story = await explainOrder({ sql: reads, vault: texts ? vault : null, ...input.policies }, which);
      return story === null ? null : storyJson(story);
    },
    taskCard: (id) => taskCard({ sql: reads, vault, zoneOf }, id),
    phrases: (task) =>
      phrasesOf({ sql: reads, vault, shopOf: config.shop, phrases: () => input.current().catalog.phrases }, task),
    ...promiseVerbs({ sql, reads, vault, zoneOf, campaignOf: input.policies.campaignOf }),
    tasks: taskVerbs({ sql, reads, vault, zoneOf, campaignOf: input.policies.campaignOf }),
    deskState: deskStateVerb({ sql: reads, zoneOf, zone: commonZone(config) }),
    roster: rosterVerbs({ sql, isShop: (shop) => config.shop(shop) !== null, zone: commonZone(config) }),
    listCases: (query) => listCases({ sql: reads, zoneOf }, query),
    listReminders: (query) => listReminders({ sql: reads, zoneOf }, query),
    listDeliveries: (query) => listDeliveries({ sql: reads, zoneOf }, query),
    rehearsals: input.rehearsals,
    preview: (query) =>
      previewTemplate(
        {
          ...{ ...read, vault, shop: config.shopIds[0] ?? null, channels: config.channels },
          ...{ running: input.current, newest, now: Date.now },
        },
        query,
      ),
    previewPhrase: (query) => previewPhrase({ ...read, vault, shop: config.shopIds[0] ?? null, now: Date.now }, query),
    sendTest: (actor, query) => {
      const of = { shopOf: config.shop, shop: config.shopIds[0] ?? null, channels: input.channels };
      return sendDraft({ ...of, sql, now: Date.now }, actor, query);
    },
    listShared: (query) => listShared({ sql: reads, vault, zoneOf }, query),
    erase: eraseVerb({ sql, vault, shopOf: config.shop }),
    suppressions: suppressionVerbs({ sql, reads, vault, shopOf: config.shop, zoneOf }),
    unsubscribe: unsubscribeVerb({ sql, vault, shopOf: config.shop }),
    reveal: (actor, order) => revealPhone({ sql, vault }, actor, order),
    listAudit: (query) => listAudit({ sql: reads, zone: commonZone(config) }, query),
    campaigns: createCampaignAdmin({ sql, options: catalogOptions(config) }),
    pauses: createPauseAdmin({ sql, ...config }),
    consoleDir: input.consoleDir,
    ...(config.readUrl !== null && { fresh: input.reads.fresh }),
    log,
    options: { trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies] },
  });
}

/** A StartError for a cause that an operator can correct; any other error unchanged. */
function whyNotListening(error: unknown, { host, port }: Pick<Config, "host" | "port">): unknown {
  const at = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "EADDRINUSE":
      return new StartError(`${at} is in use: stop the program that listens there, or choose another port (PORT=…)`);
    case "EACCES":
      return new StartError(`${at}: this user may not listen there: choose a port from 1024 on (PORT=…)`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartError(
        `${at}: ${host} is not an address of this machine: correct HOST (0.0.0.0 means all addresses)`,
      );
    default:
      return error;
  }
}
