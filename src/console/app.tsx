import "@mantine/core/styles.css";
import "./ui/base.css";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/call.ts";
import { forget } from "./api/session.ts";
import { createPages } from "./pages.tsx";
import { Look } from "./ui/look.tsx";

const AGAIN_MS = 10_000;

/** The same question may get another answer soon: none came, or the server had a fault. Every other answer stays as it is. */
const mayChange = (error: unknown): boolean => error instanceof Problem && (error.status === 0 || error.status >= 500);

/** A session that ended shows the form to sign in, wherever it was noticed. */
const noticeEnd = (error: unknown): void => {
  if (error instanceof Problem && error.status === 401 && error.code === "unauthorized") forget(queries);
};

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    // A browser that believes itself offline asks all the same: a call that cannot be made says so, and is not made later on its own.
    queries: {
      networkMode: "always",
      staleTime: 5_000,
      retry: (count, error) => count < 2 && mayChange(error),
      // A page that shows a fault tries again by itself, as its text says.
      refetchInterval: ({ state }) => (state.status === "error" && mayChange(state.error) ? AGAIN_MS : false),
    },
    // What was sent, an address or a text, is gone with the form that sent it.
    mutations: { networkMode: "always", gcTime: 0 },
  },
});

function show(): void {
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
}

// The scripts do not wait for the document.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
else show();
