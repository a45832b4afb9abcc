/** Where the queue is. On PostgreSQL it needs sessions of its own: it listens, and sets parameters of the session. */
import { reachServer, type ServerFacts } from "../postgres/server.ts";
import { DatabaseUrlError } from "../postgres/ssl.ts";

export type QueuePlace = { readonly url: string /** One in session mode. */; readonly throughPooler: boolean };

/**
 * QUEUE_URL, else the database. `sslmode` is settled with the server, because the queue's driver knows no `prefer` and no `allow`. Throws
 * DatabaseUrlError for a pooler that lends sessions.
 */
export async function findQueue(
  config: { readonly queueUrl: string | null },
  database: { readonly directUrl: string; readonly directServer?: ServerFacts },
): Promise<QueuePlace> {
  const url = config.queueUrl ?? database.directUrl;
  if (!/^postgres(ql)?:\/\//i.test(url)) return { url, throughPooler: false };
  const known = config.queueUrl === null;
  const server = known ? database.directServer : await reachServer(url);
  if (server === undefined) return { url, throughPooler: false };
  if (server.pooling !== "session")
    throw new DatabaseUrlError(
      `QUEUE_URL goes through a pooler in ${server.pooling} mode, which loses LISTEN/NOTIFY: give it a direct connection`,
    );
  return { url: settled(url, server), throughPooler: !server.direct };
}

function settled(text: string, { ssl }: ServerFacts): string {
  if (!/[?&]sslmode=(prefer|allow)/.test(text)) return text;
  const url = new URL(text);
  url.searchParams.set("sslmode", ssl.mode);
  return url.href;
}
