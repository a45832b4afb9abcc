/** Polls the shops that dunlin.yaml lists with `poll`. Without any, no HTTP client is loaded. */
import { openPolls } from "../polling/targets.ts";
import type { Parts } from "./role.ts";

/** How often it is looked for polls that are due. */
const LOOK_MS = 1_000;

export async function startPolling({ config, database, intake, life, log, metrics }: Parts): Promise<void> {
  const targets = await openPolls(config);
  if (targets.length === 0) return;
  for (const { client } of targets) life.onRelease(() => client.close());
  const { createPoller } = await import("../polling/poller.ts");
  const { submit } = intake("poll");
  const poller = createPoller({ sql: database.sql, targets, submit, log, seen: metrics.pollSeen });
  let failing = false;
  const look = () =>
    poller.tick().then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        if (!failing) log.warn({ err: error }, "polls cannot be looked for");
        failing = true;
      },
    );
  const timer = setInterval(() => void look(), LOOK_MS);
  life.onStop(() => {
    clearInterval(timer);
    return poller.stop();
  });
}
