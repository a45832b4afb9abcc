/** For calls that only the part that makes them waits for. */
import { useCallback, useEffect, useRef } from "react";

/** A signal for each call. It aborts when the part goes, and when the part makes the next call. */
export function useSignal(): () => AbortSignal {
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  return useCallback(() => {
    running.current?.abort();
    running.current = new AbortController();
    return running.current.signal;
  }, []);
}
