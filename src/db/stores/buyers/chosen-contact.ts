/** The contact that a send goes to: the one that rule 7 names, as it was loaded with the claim. */
import { contactFor } from "../../../core/rules/buyer-state.ts";
import type { Channel } from "../../../core/seams/channel.ts";
import type { LoadedBuyer, LoadedContact } from "./loaded-buyer.ts";

type Buyer = Pick<LoadedBuyer, "state" | "contacts">;

/** null: the buyer has none for the channel, or none that is not suppressed. */
export function chosenContact({ state, contacts }: Buyer, channel: Pick<Channel, "contacts">): LoadedContact | null {
  const chosen = contactFor(state, channel.contacts);
  if (typeof chosen === "string") return null;
  const reported = state.contacts.get(chosen.kind);
  return (
    contacts.find(
      ({ kind, told_at, told_id }) =>
        kind === chosen.kind && told_at === reported?.reportedAt && told_id === reported.reportedId,
    ) ?? null
  );
}

const TO_BE_STORED = Buffer.alloc(0);

/** On a channel that drops repetitions the message is stored before it is sent. While it is empty, nothing was sent. */
const emptyMessage = (channels: ReadonlyMap<string, Channel>, name: string | null): Buffer | null =>
  name !== null && channels.get(name)?.idempotent === true ? TO_BE_STORED : null;

/** The parts of a delivery that its claim writes for later. */
export const storedWith = (channels: ReadonlyMap<string, Channel>) => ({
  hashOf: (buyer: Buyer, channel: string | null) => keptHash(channels, buyer, channel),
  messageOf: (channel: string | null) => emptyMessage(channels, channel),
});

/** The hash of the contact, for a channel whose unknown outcomes can be cleared up later, or that caps its messages to an address; else null. */
export function keptHash(channels: ReadonlyMap<string, Channel>, buyer: Buyer, name: string | null): Buffer | null {
  const channel = name === null ? undefined : channels.get(name);
  if (
    channel === undefined ||
    (channel.lookup === undefined && channel.idempotent !== true && channel.caps === undefined)
  )
    return null;
  return chosenContact(buyer, channel)?.hash ?? null;
}
