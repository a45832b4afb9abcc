/** The question about a delivery: what is stored of its message, opened. */
import type { WhyUnknown } from "../core/receipts/lookup.ts";
import type { LookupQuestion } from "../core/seams/lookup.ts";
import type { LookupRow } from "../db/stores/receipts/lookup-store.ts";
import { type Vault, VaultError } from "../db/vault.ts";
import { providerOf } from "../providers/all.ts";
import type { LookupDeps } from "./deps.ts";

/** Why it cannot be asked, if it cannot. */
export function questionOf(deps: LookupDeps, row: LookupRow): LookupQuestion | WhyUnknown {
  const to = opened(deps.vault, row.cipher);
  if (to === null) return "no_address";
  return {
    idempotencyKey: row.first_delivery,
    to,
    sentFrom: row.claimed_at,
    sentBy: row.sent_by,
    text: opened(deps.vault, row.sealed_text),
    templates: templatesOf(deps, row),
  };
}

/** null: it is not kept, or was sealed with another key. */
function opened(vault: Vault, sealed: Buffer | null): string | null {
  try {
    return sealed === null ? null : vault.open(sealed);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}

/** The approved templates of the step on the channel, in every language and variant. null: the campaign has changed since. */
function templatesOf(deps: LookupDeps, row: LookupRow): LookupQuestion["templates"] {
  const { campaigns, templates } = deps.catalog();
  const campaign = campaigns.find(({ key }) => key === row.campaign);
  if (campaign === undefined || campaign.version !== row.campaign_version) return null;
  const section = providerOf(deps.channels.get(row.channel)?.provider ?? "")?.approved?.section ?? "";
  return templates
    .filter(({ campaign, step, channel }) => campaign === row.campaign && step === row.step && channel === row.channel)
    .map(({ front }) => front[section]?.fields ?? {});
}
