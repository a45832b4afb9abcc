/** `GET /v1/stream`: which parts of the state changed, as server-sent events. They carry no figures, so each reader sees what its role may. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type ChangesVerbs, streamEvents, streamQuery } from "./contract/console/stream.ts";
import { addNoStore } from "./kit/no-store.ts";
import { answers } from "./kit/openapi.ts";

const EVENTS = "text/event-stream";
/** Proxies close a connection that is silent for a minute. */
const BEAT_MS = 15_000;
/** A stream ends, and the browser opens the next one, so that a session that ended is noticed. ms */
const LONGEST_MS = 10 * 60_000;
/** A browser asks again after this long. ms */
const RETRY_MS = 2_000;
/** A reader that does not take the end of its stream is cut off. ms */
const END_MS = 1_000;

export function streamRoutes(
  plain: FastifyInstance,
  { changes, draining }: ChangesVerbs & { readonly draining: AbortSignal },
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  addNoStore(app);
  app.get(
    "/v1/stream",
    {
      // It would open a stream that nobody reads.
      exposeHeadRoute: false,
      config: { access: "viewer" },
      schema: {
        summary: "The stream of changes",
        description:
          "`event: figures` when orders, sends or payments changed, `event: changes` when campaigns, pauses or settings did, at most every two seconds; without `since`, both at the beginning. A comment every 15 seconds keeps the connection open; it ends after ten minutes, and when the database does not answer.",
        querystring: streamQuery,
        tags: ["operations"],
        response: answers(200, "The stream", { [EVENTS]: streamEvents }),
      },
    },
    ({ query, headers }, reply) => {
      reply.hijack();
      const { raw } = reply;
      // Compressing or buffering proxies would hold events back.
      raw.writeHead(200, { "content-type": EVENTS, "cache-control": "no-store", "x-accel-buffering": "no" });
      raw.write(`retry: ${RETRY_MS}\n\n`);
      let leave = () => {};
      // Nothing is written after the end: a reader that takes nothing keeps the response open long after it.
      const stop = () => {
        leave();
        clearInterval(beat);
        clearTimeout(last);
        draining.removeEventListener("abort", end);
      };
      const end = () => {
        stop();
        raw.end();
        setTimeout(() => raw.destroy(), END_MS).unref();
      };
      const beat = setInterval(() => raw.write(":\n\n"), BEAT_MS);
      const last = setTimeout(end, LONGEST_MS);
      draining.addEventListener("abort", end);
      raw.once("close", stop);
      // A browser that connects again says which event was the last one that it got.
      const since = headers["last-event-id"] ?? query.since;
      leave = changes.subscribe(
        (topics, mark) => {
          if (topics === null) end();
          else raw.write(topics.map((topic) => `id: ${mark}\nevent: ${topic}\ndata:\n\n`).join(""));
        },
        typeof since === "string" ? since : null,
      );
    },
  );
}
