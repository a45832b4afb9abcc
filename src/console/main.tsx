import "@mantine/core/styles.css";
import "./ui/base.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/call.ts";
import { sessionQuery } from "./api/session.ts";
import { createPages } from "./pages.tsx";
import { Look } from "./ui/look.tsx";

const AGAIN_MS = 10_000;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // An answer of the server stays the same when it is asked for again at once; no answer may be a moment's matter.
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status > 0 && error.status < 500),
      // A page that shows a fault tries again by itself, as its text says.
      refetchInterval: ({ state }) => (state.status === "error" ? AGAIN_MS : false),
    },
  },
});
// A session that ended shows the form to sign in, wherever it was noticed.
queries.getQueryCache().subscribe(({ type, query }) => {
  if (type !== "updated" || query.state.status !== "error") return;
  const { error } = query.state;
  if (error instanceof Problem && error.status === 401 && query.queryKey[0] !== "session")
    queries.setQueryData(sessionQuery.queryKey, null);
});

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Look>
        <RouterProvider router={createPages()} />
      </Look>
    </QueryClientProvider>
  </StrictMode>,
);
