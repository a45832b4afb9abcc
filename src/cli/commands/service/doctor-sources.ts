/** The part of `doctor` about shop systems: how far each was polled, and whether its webhooks are still enabled. It asks the platforms. */
import type { Config } from "../../../config/config.ts";
import { formatDuration, MINUTE, SECOND } from "../../../core/values/duration.ts";
import type { Sql } from "../../../db/client.ts";
import { listPolls, type PollState } from "../../../db/stores/intake/poll-store.ts";
import { openPolls } from "../../../polling/targets.ts";
import type { ShopClient } from "../../../sources/client.ts";
import type { PollSource } from "../../../sources/poll-keys.ts";

export type SourceFinding = { readonly check: string; readonly ok: boolean; readonly message: string };

const ASK_MS = 10_000;
/** A poll that is this much late is done by nobody. */
const LATE_POLLS = 5;
const LATE_AT_LEAST = 5 * MINUTE;

/** By source, why a shop with its webhooks needs `poll` too. A system of your own (`standard`) cannot be polled. */
const NEEDS_POLL: Readonly<Record<PollSource, string>> = {
  woocommerce: "WooCommerce does not repeat a webhook that failed",
  shopify: "Shopify removes webhooks that fail for some time, and only with poll can it be asked about them",
  taobao: "Taobao's messages hold no phone number and no goods",
  youzan: "Youzan gives a message up after five attempts, and its closes do not say whether money went back",
};

/** No call of their APIs says whether messages are still sent here. */
const CANNOT_BE_ASKED: ReadonlyMap<string, string> = new Map([
  ["taobao", "Taobao cannot be asked whether its messages are still passed on"],
  ["youzan", "Youzan cannot be asked whether its messages are still pushed"],
]);

export async function sourceFindings(config: Config, sql: Sql): Promise<SourceFinding[]> {
  const findings: SourceFinding[] = [];
  for (const shop of config.shopIds) {
    const { webhooks = {}, poll = {} } = config.shop(shop) ?? {};
    for (const source of Object.keys(webhooks)) {
      const check = `source ${source} of ${shop}`;
      const unknown = CANNOT_BE_ASKED.get(source);
      if (unknown !== undefined)
        findings.push({ check, ok: true, message: `advice: ${unknown}: watch dunlin_webhooks_total` });
      if (isPollSource(source) && !(source in poll)) {
        const message = `advice: ${NEEDS_POLL[source]}: set shops.${shop}.poll.${source}`;
        findings.push({ check, ok: true, message });
      }
    }
  }
  const targets = await openPolls(config);
  if (targets.length === 0) return findings;
  const states = await listPolls(sql);
  for (const { shop, source, everyMs, client } of targets) {
    const check = `source ${source} of ${shop}`;
    const state = states.find((each) => each.shop === shop && each.source === source);
    findings.push({ check, ...pollFinding(state, everyMs) });
    if (source in (config.shop(shop)?.webhooks ?? {}))
      for (const finding of await webhookFindings(shop, client)) findings.push({ check, ...finding });
    await client.close();
  }
  return findings;
}

const isPollSource = (source: string): source is PollSource => source in NEEDS_POLL;

type Finding = Omit<SourceFinding, "check">;

const ago = (ms: number): string => `${formatDuration(Math.max(SECOND, Math.round(ms / SECOND) * SECOND))} ago`;

function pollFinding(state: PollState | undefined, everyMs: number): Finding {
  if (state === undefined || (state.polledAge === null && state.failures === 0))
    return { ok: true, message: "advice: not polled yet; a process with the role intake does it" };
  const { cursorAge, polledAge, failures, fault } = state;
  const read = cursorAge === null ? "nothing was read yet" : `all changes up to ${ago(cursorAge)} are read`;
  if (failures > 0) return { ok: false, message: `the last ${failures} poll(s) failed: ${fault}; ${read}` };
  const polled = polledAge ?? 0;
  if (polled > Math.max(LATE_POLLS * everyMs, LATE_AT_LEAST))
    return { ok: false, message: `last polled ${ago(polled)}; ${read}: run a process with the role intake` };
  return { ok: true, message: `polled ${ago(polled)}; ${read}` };
}

async function webhookFindings(shop: string, client: ShopClient): Promise<readonly Finding[]> {
  if (client.webhooks === undefined) return [];
  try {
    const found = await client.webhooks({ shop, now: Date.now(), signal: AbortSignal.timeout(ASK_MS) });
    return found.length > 0
      ? found
      : [{ ok: false, message: "the platform has no webhook that leads here: register them" }];
  } catch (error) {
    return [
      {
        ok: false,
        message: `its webhooks cannot be checked: ${error instanceof Error ? error.message : String(error)}`,
      },
    ];
  }
}
