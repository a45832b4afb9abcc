/** A dispatcher and the HTTP route of receipts on one database. Channels `sms`, `chat` and `whatsapp` are webhooks whose receipts are signed. */
import { Webhook } from "standardwebhooks";
import type { ReceiptChannel } from "../../src/channels/receipts.ts";
import { webhookReceipts } from "../../src/channels/webhook/receipt.ts";
import type { Message, SendOutcome } from "../../src/core/seams/channel.ts";
import type { ReceiptDeps } from "../../src/receipts/deps.ts";
import { createReceiver, sweepReceipts } from "../../src/receipts/receiver.ts";
import { stubServer } from "../http/support.ts";
import { dispatchSetup } from "./dispatch.ts";

export const RECEIPT_SECRET = `whsec_${Buffer.from("a secret for receipts of the tests").toString("base64")}`;

export const signedReceipts = (payload: string, secret = RECEIPT_SECRET) => {
  const at = new Date();
  return {
    headers: {
      "content-type": "application/json",
      "webhook-id": "msg-1",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg-1", at, payload),
    },
    payload,
  };
};

export async function receiptSetup(options: Parameters<typeof dispatchSetup>[0] = {}) {
  const answer = options.answer ?? accept;
  const setup = await dispatchSetup({ ...options, answer });
  const names = ["sms", "chat", "whatsapp"];
  const keepsMessageIds = new Set(names);
  Object.assign(setup.dispatch, { keepsMessageIds });
  const deps: ReceiptDeps = {
    sql: setup.database.sql,
    vault: setup.vault,
    shopOf: setup.shopOf,
    shopIds: ["acme"],
    policy: () => setup.policy,
    channels: setup.dispatch.channels,
  };
  const reader = webhookReceipts(RECEIPT_SECRET);
  const channels = new Map<string, ReceiptChannel>(names.map((name) => [name, { kind: "reads", reader }]));
  const server = stubServer({ receipts: { channels, submit: createReceiver(deps).submit } });
  const post = async (channel: string, body: unknown, secret = RECEIPT_SECRET) => {
    const payload = JSON.stringify(body);
    const answered = await server.app.inject({
      method: "POST",
      url: `/v1/receipts/${channel}`,
      ...signedReceipts(payload, secret),
    });
    return { status: answered.statusCode, body: answered.json() };
  };
  const { sql } = setup.database;
  return {
    ...setup,
    ...server,
    deps,
    post,
    sweep: () => sweepReceipts(deps),
    deliveries: () =>
      sql<Row[]>`
        select id, channel, state, code, delivered_at, segments, cost_micros, cost_currency, message_id from deliveries order by id`,
    reminders: () => sql<{ step: string; state: string; reason: string | null }[]>`
      select step, state, reason from reminders where step is not null order by due_at, id`,
  };
}

type Row = {
  id: string;
  channel: string;
  state: string;
  code: string | null;
  delivered_at: number | null;
  segments: number | null;
  cost_micros: number | null;
  cost_currency: string | null;
  message_id: string | null;
};

const accept = ({ idempotencyKey }: Message): SendOutcome => ({
  kind: "accepted",
  messageId: `m-${idempotencyKey}`,
  segments: 1,
});
