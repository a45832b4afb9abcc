/**
 * Keeps the server up while we live. A crash of one backend PostgreSQL mends itself; this is for the postmaster being
 * killed (out of memory, an operator): it is started again on the same port, so that the URL given out stays true.
 */
import type { ClusterInput } from "./cluster.ts";
import { EmbeddedError, lastWords } from "./errors.ts";
import { launch, type Postmaster } from "./postmaster.ts";

export interface Supervised {
  readonly port: number;
  readonly died: Promise<EmbeddedError>;
  stop(): Promise<void>;
}

const RESTARTS = 5;
const WITHIN_MS = 60_000;

export async function supervise(input: ClusterInput): Promise<Supervised> {
  const first = await launch(input);
  const { port } = first;
  const restarts: number[] = [];
  let stopping = false;
  let current: Promise<Postmaster | undefined> = Promise.resolve(first);

  const died = new Promise<EmbeddedError>((resolve) => {
    const giveUp = (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      resolve(error instanceof EmbeddedError ? error : new EmbeddedError("failed", `${input.dataDir}: ${text}`));
      return undefined;
    };
    const restart = (output: string) => {
      if (stopping) return;
      const reason = lastWords(output);
      const now = Date.now();
      input.log("PostgreSQL ended unexpectedly", { reason });
      if (restarts.filter((at) => now - at < WITHIN_MS).length >= RESTARTS) {
        giveUp(new Error(`PostgreSQL keeps ending (${reason}): see postgres.log there`));
        return;
      }
      restarts.push(now);
      current = launch(input, port).then(watch).catch(giveUp);
    };
    const watch = (server: Postmaster) => {
      void server.ended.then(restart);
      return server;
    };
    watch(first);
  });

  const stop = async () => {
    stopping = true;
    await (await current)?.stop();
  };
  return { port, died, stop };
}
