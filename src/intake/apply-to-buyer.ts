/** Applies what an event reports about its buyer: contacts, name, locale, zone and tier. The latest value of each wins. */
import { setContact } from "../core/rules/merge.ts";
import type { LoadedBuyer, Profile, Reported } from "../db/stores/buyers/loaded-buyer.ts";
import type { Vault } from "../db/vault.ts";
import type { Prepared } from "./prepare.ts";

export function applyToBuyer(buyer: LoadedBuyer, event: Prepared, suppressed: ReadonlySet<string>, vault: Vault): void {
  const { occurredAt, id, buyer: payload } = event;
  for (const { kind, key } of [...event.contacts, ...event.emails])
    setContact(buyer.state, kind, { suppressed: suppressed.has(key), reportedAt: occurredAt, reportedId: id });
  if (event.platformId !== null && buyer.platformIdNow === null) buyer.platformIdNow = event.platformId;
  if (payload === null) return;
  const profile: Profile = { ...buyer.profile };
  const setField = (field: keyof Profile, value: string | null | undefined, store = (text: string) => text): void => {
    const known = profile[field];
    if (value == null || (known !== undefined && !isLater(known, occurredAt, id))) return;
    profile[field] = [store(value), occurredAt, id];
    buyer.profileChanged = true;
  };
  setField("name", payload.name, (name) => vault.seal(name).toString("base64"));
  setField("locale", payload.locale);
  setField("timeZone", payload.timeZone);
  setField("tier", payload.tier);
  buyer.profile = profile;
  buyer.state.zone = profile.timeZone?.[0] ?? null;
  buyer.state.tier = profile.tier?.[0] ?? null;
}

const isLater = ([, at, id]: Reported, occurredAt: number, eventId: string): boolean =>
  occurredAt > at || (occurredAt === at && eventId > id);
