/** Wires the page of the queues. bull-board is loaded when somebody first opens it. */
import type { Sql } from "../../db/client.ts";
import { insertAudit } from "../../db/stores/campaigns/audit-store.ts";
import type { HttpDeps } from "../../http/server.ts";
import type { Board } from "../../queue/board/board.ts";
import type { QueueBackend } from "../../queue/connection.ts";

type Deps = { readonly sql: Sql; readonly backend: Pick<QueueBackend, "queue">; readonly dir: string };

export function queueVerbs({ sql, backend, dir }: Deps): HttpDeps["queues"] {
  let opening: Promise<Board> | undefined;
  const open = (): Promise<Board> => {
    opening ??= import("../../queue/board/board.ts")
      .then(({ openBoard }) => openBoard(backend, dir))
      .catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    return opening;
  };
  return {
    dir,
    page: async () => (await open()).page,
    ask: async (actor, question) =>
      (await open()).ask(question, ({ action, queue, note }) =>
        insertAudit(sql, actor, { action, subject: queue, from: null, to: null, note }),
      ),
  };
}
