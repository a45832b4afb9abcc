/**
 * The stream of changes. Its events name the parts of the server's state that changed; the queries that show these parts are asked again. While
 * the connection is lost, what is shown may be old: the frame says so, and since when.
 */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useState } from "react";
import type { Topic } from "../../../http/contract/console/stream.ts";
import { urlOf } from "../../api/call.ts";
import { sessionQuery } from "../../api/session.ts";

/** The first part of a query's key is the topic that it shows, or `both`. */
const TOPICS = ["figures", "changes"] as const satisfies readonly Topic[];
type Part = Topic | "both";
/** Topics that come together are answered by one question. */
const TOGETHER_MS = 20;
const RETRY_MS = 3_000;
/** A shorter break is nobody's matter: the browser connects again by itself. */
const LOST_AFTER_MS = 5_000;

export type LiveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** Epoch ms. */
  | { readonly kind: "lost"; readonly since: number };

const LiveContext = createContext<LiveState>({ kind: "connecting" });
export const useLive = (): LiveState => use(LiveContext);

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  useEffect(() => {
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    let lost: ReturnType<typeof setTimeout> | undefined;
    // A slow server is asked again when it has answered: each new question would cut the one before.
    const asking = new Map<Part, "once" | "again">();
    const refresh = (part: Part): void => {
      if (asking.has(part)) return void asking.set(part, "again");
      asking.set(part, "once");
      void queries.invalidateQueries({ queryKey: [part] }).finally(() => {
        const again = asking.get(part) === "again";
        asking.delete(part);
        if (again) refresh(part);
      });
    };
    const due = new Set<Part>();
    let soon: ReturnType<typeof setTimeout> | undefined;
    const note = (topic: Topic): void => {
      due.add(topic).add("both");
      soon ??= setTimeout(() => {
        soon = undefined;
        for (const part of due) refresh(part);
        due.clear();
      }, TOGETHER_MS);
    };
    // What is shown was asked for after the session.
    let since = queries.getQueryData(sessionQuery.queryKey)?.mark ?? null;
    const open = () => {
      source = new EventSource(urlOf("/v1/stream", { query: { since } }));
      source.onopen = () => {
        // Its first events name what was missed.
        clearTimeout(lost);
        lost = undefined;
        setState({ kind: "live" });
      };
      source.onerror = () => {
        const since = Date.now();
        lost ??= setTimeout(() => setState({ kind: "lost", since }), LOST_AFTER_MS);
        if (source.readyState !== EventSource.CLOSED) return;
        // An answer other than the stream: the browser gives up, so it is tried again here, and those who are no longer signed in see the form.
        void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
        again = setTimeout(open, RETRY_MS);
      };
      for (const topic of TOPICS)
        source.addEventListener(topic, ({ lastEventId }) => {
          since = lastEventId;
          note(topic);
        });
    };
    open();
    return () => {
      clearTimeout(again);
      clearTimeout(lost);
      clearTimeout(soon);
      source.close();
    };
  }, [queries]);
  return <LiveContext value={state}>{children}</LiveContext>;
}
