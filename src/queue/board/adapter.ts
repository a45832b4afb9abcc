/** Stands for the web server of bull-board: it keeps the handlers that bull-board gives it, and finds the one of a path. */
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import type { BullQueue } from "../connection.ts";

/** Its own type knows Redis alone. */
type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];
type Handler = (request: {
  readonly queues: unknown;
  readonly uiConfig: object;
  readonly params: Readonly<Record<string, string>>;
  readonly query: object;
  readonly body: object;
  readonly headers: object;
}) => unknown;
type Given = { readonly method: string | string[]; readonly route: string | string[]; readonly handler: unknown };

export type Found = {
  /** As bull-board writes it, for example `/api/queues/:queueName`. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  answer(query: object): Promise<{ readonly status?: number; readonly body: unknown }>;
};
export type Find = (method: string, path: string) => Found | null;

export type Options = { readonly readOnlyMode: boolean; readonly dir: string; readonly uiConfig: object };

/** The handlers over `queues`, by method (in lower case) and path. A path that is not well-formed throws URIError. */
export function handlersOf(all: readonly BullQueue[], { readOnlyMode, dir, uiConfig: asked }: Options): Find {
  let queues: unknown;
  let uiConfig: object = {};
  const routes: { method: string; route: string; pattern: RegExp; names: string[]; handler: Handler }[] = [];
  const adapter = {
    setQueues: (given: unknown) => {
      queues = given;
      return adapter;
    },
    setViewsPath: () => adapter,
    setStaticPath: () => adapter,
    setEntryRoute: () => adapter,
    setErrorHandler: () => adapter,
    setApiRoutes: (given: readonly Given[]) => {
      for (const { method, route, handler } of given)
        for (const each of [route].flat())
          for (const verb of [method].flat())
            routes.push({ method: verb, route: each, ...patternOf(each), handler: handler as Handler });
      return adapter;
    },
    setUIConfig: (config: object) => {
      uiConfig = config;
      return adapter;
    },
  };
  createBullBoard({
    queues: all.map((queue) => new BullMQAdapter(queue as unknown as BoardQueue, { readOnlyMode })),
    serverAdapter: adapter,
    options: { uiBasePath: dir, uiConfig: asked },
  });
  return (method, path) => {
    for (const { pattern, names, handler, route, method: verb } of routes) {
      const match = verb === method ? pattern.exec(path) : null;
      if (match === null) continue;
      const params = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")]));
      const answer = async (query: object) =>
        Object(await handler({ queues, uiConfig, params, query, body: {}, headers: {} }));
      return { route, params, answer };
    }
    return null;
  };
}

/** `/api/queues/:queueName` → the pattern, and the names of its groups. */
function patternOf(route: string): { pattern: RegExp; names: string[] } {
  const names = [...route.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  return { pattern: new RegExp(`^${route.replace(/:\w+/g, "([^/]+)")}$`), names };
}
