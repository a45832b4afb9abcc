/**
 * The stream of changes. Its events name the parts of the server's state that changed; the queries that show these parts are asked again. While
 * the connection is lost, what is shown may be old: the frame says so, and since when.
 */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useState } from "react";

/** The first part of a query's key is the topic that it shows. */
export type Topic = "figures" | "changes";

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
    let missed = false;
    const refresh = (topic: Topic) => void queries.invalidateQueries({ queryKey: [topic] });
    const source = new EventSource("/v1/stream");
    source.onopen = () => {
      setState({ kind: "live" });
      if (missed) void queries.invalidateQueries();
      missed = false;
    };
    source.onerror = () => {
      missed = true;
      setState((before) => (before.kind === "lost" ? before : { kind: "lost", since: Date.now() }));
    };
    for (const topic of ["figures", "changes"] as const) source.addEventListener(topic, () => refresh(topic));
    return () => source.close();
  }, [queries]);
  return <LiveContext value={state}>{children}</LiveContext>;
}
