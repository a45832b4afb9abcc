/** Recording an outcome in the delivery alone; the state of the reminder would follow from it. */
import { rowSet, text, uuid } from "../../src/db/rows.ts";
import { OUTCOME, type Outcome, recordOutcomes } from "../../src/db/stores/dispatch/outcome-store.ts";
import type { Idea } from "./lane.ts";

type Claimed = { readonly shop: string; readonly id: string; readonly reminder: string; readonly channel: string };

export const recordAlone: Idea = {
  name: "record",
  today: "record in the delivery and its reminder",
  tried: "record in the delivery alone",
  async run({ sql, compare, claimAll }) {
    await claimAll();
    const claimed = await sql<Claimed[]>`
      select shop_id as shop, id, reminder_id as reminder, channel from deliveries where state = 'claimed' order by id`;
    return compare(claimed, {
      today: (batch) => recordOutcomes(sql, batch.map(accepted), false),
      tried: (batch) => sql`
        update deliveries d set ${written.set(sql)}, finished_at = dunlin_now() from ${written.rows(sql, batch.map(accepted))}
        where d.shop_id = n.shop_id and d.id = n.id and d.state = 'claimed'`,
    });
  },
};

const written = rowSet<Outcome>(
  { shop_id: text(({ shop }) => shop), id: uuid(({ deliveryId }) => deliveryId) },
  OUTCOME,
);

/** As long as the text of a message, sealed. */
const SEALED = Buffer.alloc(120, 7);

const accepted = ({ shop, id, reminder, channel }: Claimed): Outcome => ({
  ...{ shop, deliveryId: id, reminderId: reminder, channel, state: "accepted", reminder: "sent", reason: null },
  ...{ template: "nudge.sms.zh.hbs", templateVersion: "0123456789ab", messageId: `m-${id}`, segments: 1 },
  ...{ costMicros: null, costCurrency: null, code: null, message: null, sealedText: SEALED },
  ...{ retryInMs: null, retryChannel: null, wishes: [] },
});
