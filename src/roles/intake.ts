/**
 * Role `intake`: takes in order events from the queue `orders`, and polls shops. Both make order events, and need the key of the contacts, which `upkeep` has
 * not.
 */
import { z } from "zod";
import { type Vault, VaultError } from "../db/vault.ts";
import type { Intake, RejectedEvent } from "../intake/intake.ts";
import { EVENTS_A_SLICE, InvalidJobError } from "../queue/jobs.ts";
import { startOrdersWorker } from "../queue/worker.ts";
import { startPolling } from "./polling.ts";
import { CLOSE_WORKER_MS, type Role } from "./role.ts";

export const intake: Role = {
  name: "intake",
  contacts: true,
  replans: false,
  async start(parts) {
    const submit = submitJob(parts.intake("queue"), parts.vault);
    const worker = startOrdersWorker({ backend: parts.backend, submit });
    parts.life.onStop(() => worker.close(CLOSE_WORKER_MS));
    await startPolling(parts);
    return null;
  },
};

/**
 * The data of a job whose events were refused. `events`: how many it held. `sealed`: those of a shop that is not configured, which a rerun takes in once
 * it is. Strict, so that no data of a producer is taken for it.
 */
const keptData = z.strictObject({
  events: z.int(),
  refused: z.array(
    z.strictObject({ index: z.int(), id: z.string().nullable(), code: z.string(), message: z.string() }),
  ),
  sealed: z.base64().optional(),
});
type Kept = z.output<typeof keptData>;

const placedEvents = z.array(z.strictObject({ index: z.int(), event: z.unknown() }));
type Placed = z.output<typeof placedEvents>[number];

/** A rerun may succeed where this is the reason. */
const CURABLE = "unknown_shop";

/**
 * A job keeps some 250 events. It waits a week among up to 10,000 others (queue/worker.ts), and a Redis without memory would take no events at all: these
 * take 3.5 GB at most.
 */
const MAX_SEALED_BYTES = 256 * 1_024;

/**
 * A job holds one event or an array of events; a long one is taken in by slices. The good events of a job are taken in. If any is refused, the job
 * is kept among the failed jobs, and instead of its events it holds the ids and reasons of those that were refused: the others are stored, and these
 * may name a person in any way. Events of a shop that is not configured are kept, too, sealed, as many as MAX_SEALED_BYTES hold: they are good, and the
 * configuration is late.
 */
export function submitJob({ submit }: Pick<Intake, "submit">, vault: Pick<Vault, "seal" | "open">) {
  const submitAll = async (placed: readonly Placed[]): Promise<RejectedEvent[]> => {
    const rejected: RejectedEvent[] = [];
    // If a later slice fails, the job is tried again as a whole: events that are in already are duplicates then.
    for (let at = 0; at < placed.length; at += EVENTS_A_SLICE) {
      const slice = placed.slice(at, at + EVENTS_A_SLICE);
      const report = await submit(slice.map(({ event }) => event));
      for (const each of report.rejected) rejected.push({ ...each, index: slice[each.index]?.index ?? 0 });
    }
    return rejected;
  };
  const keptOf = (events: number, refused: readonly RejectedEvent[], placed: readonly Placed[]) => {
    const late = new Set(refused.filter(({ code }) => code === CURABLE).map(({ index }) => index));
    let room = MAX_SEALED_BYTES;
    const left: string[] = [];
    for (const each of placed) {
      if (!late.has(each.index)) continue;
      const text = JSON.stringify(each);
      room -= Buffer.byteLength(text) + 1;
      if (room < 0) break;
      left.push(text);
    }
    const sealed = left.length === 0 ? {} : { sealed: vault.seal(`[${left}]`).toString("base64") };
    return { kept: { events, refused: [...refused], ...sealed }, lost: late.size - left.length };
  };
  return async (data: unknown): Promise<void> => {
    const before = keptData.safeParse(data).data;
    const placed = before === undefined ? eventsOf(data) : opened(before, vault);
    const events = before?.events ?? placed.length;
    const again = new Set(placed.map(({ index }) => index));
    const refused = [...(before?.refused ?? []).filter(({ index }) => !again.has(index)), ...(await submitAll(placed))];
    refused.sort((one, two) => one.index - two.index);
    const [first] = refused;
    if (first === undefined) return;
    const where =
      events === 1 ? "" : `${refused.length} of ${events} refused, the others are in; index ${first.index}: `;
    const { kept, lost } = keptOf(events, refused, placed);
    const cure =
      kept.sealed === undefined ? "" : "; events of such shops are kept: run this job again once they are configured";
    const rest = lost === 0 ? "" : `; the last ${lost} of them are not, they are too large: add them as new jobs`;
    throw new InvalidJobError(`${where}${first.code}: ${first.message}${cure}${rest}`, kept);
  };
}

const eventsOf = (data: unknown): Placed[] =>
  (Array.isArray(data) ? data : [data]).map((event: unknown, index) => ({ index, event }));

/** The events of a kept job that may be taken in now. */
function opened(kept: Kept, vault: Pick<Vault, "open">): Placed[] {
  const { sealed } = kept;
  if (sealed === undefined)
    throw new InvalidJobError("refused before, and its events are gone: add them as a new job", kept);
  try {
    return placedEvents.parse(JSON.parse(vault.open(Buffer.from(sealed, "base64"))));
  } catch (error) {
    // The messages of other faults quote the text.
    const why =
      error instanceof VaultError
        ? "its events were sealed with another DUNLIN_SECRET_KEY: run it again with that one"
        : "its sealed data holds no events: add them as a new job";
    throw new InvalidJobError(why, kept);
  }
}
