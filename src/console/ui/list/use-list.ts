/** The address of a list: its filters, its page, and the words that are searched for. */
import { useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import type { Change } from "./filters.tsx";

declare module "@tanstack/history" {
  interface HistoryState {
    /**
     * A search may be for a phone number, which must not stand in an address. The browser keeps it with the entry of its history, so that it
     * is there after a reload and on the way back.
     */
    q?: string;
    /** How many pages of the list the browser can go back. */
    pages?: number;
  }
}

export function useList(
  to: "/orders" | "/deliveries" | "/reports",
  search: Readonly<Record<string, string | undefined>>,
) {
  const navigate = useNavigate();
  const { history } = useRouter();
  const { q = "", pages = 0 } = useLocation({ select: ({ state }) => state });
  const open = (next: Readonly<Record<string, string | undefined>>, state: { q?: string; pages?: number }) =>
    void navigate({ to, search: next, state, resetScroll: false });
  /** Another filter begins with the first page. */
  const change: Change = (patch) => open({ ...search, cursor: undefined, ...patch }, { q });
  return {
    q,
    change,
    find: (words: string) => open({ ...search, cursor: undefined }, { q: words }),
    mayGoBack: pages > 0,
    go: (target: "first" | "back" | { readonly cursor: string }) => {
      if (target === "back") history.back();
      else if (target === "first") open({ ...search, cursor: undefined }, { q });
      else open({ ...search, ...target }, { q, pages: pages + 1 });
      window.scrollTo({ top: 0 });
    },
  };
}
