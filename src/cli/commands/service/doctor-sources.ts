/** The part of `doctor` about shop systems: how far each was polled, and whether its webhooks are still enabled. It asks the platforms. */
import type { Config } from "../../../config/config.ts";
import { formatDuration, MINUTE, SECOND } from "../../../core/values/duration.ts";
import type { Sql } from "../../../db/client.ts";
import { listPolls, type PollState } from "../../../db/stores/intake/poll-store.ts";
import { openPolls } from "../../../polling/targets.ts";
import type { ShopClient } from "../../../sources/client.ts";

export type SourceFinding = { readonly check: string; readonly ok: boolean; readonly message: string };

const ASK_MS = 10_000;
/** A poll that is this much late is done by nobody. */
const LATE_POLLS = 5;
const LATE_AT_LEAST = 5 * MINUTE;

/** Platforms that do not repeat a webhook that failed, or whose messages are not complete. */
const NEEDS_POLL: Readonly<Record<string, string>> = {
  woocommerce: "WooCommerce does not repeat a webhook that failed",
  taobao: "Taobao's messages hold no phone number and no goods",
};

export async function sourceFindings(config: Config, sql: Sql): Promise<SourceFinding[]> {
  const findings: SourceFinding[] = [];
  for (const shop of config.shopIds) {
    const { webhooks = {}, poll = {} } = config.shop(shop) ?? {};
    for (const [source, reason] of Object.entries(NEEDS_POLL))
      if (source in webhooks && !(source in poll))
        findings.push({
          check: `source ${source} of ${shop}`,
          ok: true,
          message: `advice: ${reason}: set shops.${shop}.poll.${source}`,
        });
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
