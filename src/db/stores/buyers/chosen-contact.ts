/** The contact that a send goes to: the latest one of the channel's kind, as it was loaded with the claim. */
import type { Channel } from "../../../core/seams/channel.ts";
import type { ContactKind } from "../../../core/values/policy.ts";
import type { LoadedBuyer, LoadedContact } from "./loaded-buyer.ts";

export function latestContact(contacts: readonly LoadedContact[], kind: ContactKind): LoadedContact | null {
  let last: LoadedContact | null = null;
  for (const contact of contacts) {
    if (kind === "chat" ? !contact.kind.startsWith("chat.") : contact.kind !== kind) continue;
    const later =
      last === null ||
      contact.told_at > last.told_at ||
      (contact.told_at === last.told_at && contact.told_id > last.told_id);
    if (later) last = contact;
  }
  return last !== null && !last.suppressed ? last : null;
}

/** The hash of the contact, for a channel whose unknown outcomes can be cleared up later; else null. */
export function keptHash(
  channels: ReadonlyMap<string, Channel>,
  { contacts }: Pick<LoadedBuyer, "contacts">,
  name: string | null,
): Buffer | null {
  const channel = name === null ? undefined : channels.get(name);
  if (channel === undefined || (channel.lookup === undefined && channel.idempotent !== true)) return null;
  return latestContact(contacts, channel.contact)?.hash ?? null;
}
