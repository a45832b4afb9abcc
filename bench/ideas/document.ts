/**
 * One stored document a buyer. Reading it is compared with the loads of today. It would be written with each order and each message, beside the
 * rows, which reports and lists need.
 */
import { rowSet, text, uuid } from "../../src/db/rows.ts";
import { loadBuyers, storedBuyers } from "../../src/db/stores/buyers/buyer-load.ts";
import type { LoadedBuyer } from "../../src/db/stores/buyers/loaded-buyer.ts";
import type { Compared, Idea, Lane } from "./lane.ts";

export const readDocument: Idea = {
  name: "readDocument",
  today: "read a buyer from five tables",
  tried: "read one stored document",
  run: (lane) =>
    withDocuments(lane, async (loaded) => {
      const { sql, env, buyers, compare } = lane;
      await insertDocuments(lane, loaded);
      await sql`analyze bench_documents`;
      return compare(buyers, {
        today: (batch) => loadBuyers(sql, env, batch),
        tried: async (batch) => {
          const rows = await sql<{ document: string }[]>`
            select d.document from ${storedBuyers.rows(sql, batch)}
            join bench_documents d on d.shop_id = n.shop_id and d.buyer_id = n.id`;
          return rows.map(({ document }) => JSON.parse(document) as unknown);
        },
      });
    }),
};

export const insertDocument: Idea = {
  name: "insertDocument",
  today: "",
  tried: "write the document of a new order",
  run: (lane) =>
    withDocuments(lane, (loaded) =>
      lane.compare(loaded, { today: null, tried: (batch) => insertDocuments(lane, batch) }),
    ),
};

export const updateDocument: Idea = {
  name: "updateDocument",
  today: "",
  tried: "write the document again after a message",
  run: (lane) =>
    withDocuments(lane, async (loaded) => {
      const { sql, compare } = lane;
      await insertDocuments(lane, loaded);
      await sql`analyze bench_documents`;
      return compare(loaded, {
        today: null,
        tried: (batch) => sql`
          update bench_documents d set ${documents.set(sql)} from ${documents.rows(sql, batch.map(afterMessage))}
          where d.shop_id = n.shop_id and d.buyer_id = n.buyer_id`,
      });
    }),
};

type Stored = { readonly shop: string; readonly id: string; readonly document: string };

const documents = rowSet<Stored>(
  { shop_id: text(({ shop }) => shop), buyer_id: uuid(({ id }) => id) },
  { document: text(({ document }) => document) },
);

/** All that the rules look at. */
function documentOf({ state, baseline, contacts, payments }: LoadedBuyer) {
  const { zone, tier, treated, orders, sends, open } = state;
  const known = contacts.map(({ hash, address, cipher, ...rest }) => ({
    ...rest,
    hash: hash.toString("base64"),
    address: address?.toString("base64"),
    cipher: cipher.toString("base64"),
  }));
  return { zone, tier, treated, orders, sends, open, planned: [...baseline.planned.values()], known, payments };
}

/** Maps become lists of their entries. */
const asText = (document: object): string =>
  JSON.stringify(document, (_, value: unknown) => (value instanceof Map ? [...value] : value));

const stored = (buyer: LoadedBuyer): Stored => ({
  shop: buyer.shop,
  id: buyer.id,
  document: asText(documentOf(buyer)),
});

/** The first planned row has become a send. */
function afterMessage(buyer: LoadedBuyer): Stored {
  const { planned, sends, open, ...document } = documentOf(buyer);
  const [sent, ...left] = planned;
  const send = {
    at: sent?.row.at,
    campaign: sent?.campaign,
    step: sent?.row.step,
    orders: sent?.orders,
    failed: false,
  };
  const its = { ...document, open: { ...open, rows: open?.rows.slice(1) }, sends: [...sends, send], planned: left };
  return { shop: buyer.shop, id: buyer.id, document: asText(its) };
}

const insertDocuments = async ({ sql }: Lane, batch: readonly LoadedBuyer[]): Promise<void> => {
  await sql`
    insert into bench_documents (${documents.names(sql)})
    select ${documents.values(sql)} from ${documents.rows(sql, batch.map(stored))}`;
};

async function withDocuments(
  { sql, env, buyers }: Lane,
  work: (loaded: readonly LoadedBuyer[]) => Promise<Compared>,
): Promise<Compared> {
  // Room on each page, so that writing a document again touches no index.
  await sql`
    create table bench_documents (shop_id text, buyer_id uuid, document text, primary key (shop_id, buyer_id)) with (fillfactor = 50)`;
  try {
    return await work([...(await loadBuyers(sql, env, buyers)).values()]);
  } finally {
    await sql`drop table bench_documents`;
  }
}
