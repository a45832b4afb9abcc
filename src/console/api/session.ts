/** The person or key that is signed in. Every other call is made only while somebody is. */
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import type { SessionAnswer } from "../../http/contract/access/session.ts";
import { call, get, Problem, setCsrf } from "./call.ts";
import { forgetEarly } from "./early.ts";

/** null: nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<SessionAnswer | null> => {
    try {
      const session = await get<SessionAnswer>("/v1/session", { signal });
      setCsrf(session.csrf);
      return session;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export type SignIn = { readonly user: string; readonly password: string } | { readonly key: string };

export async function signIn(queries: QueryClient, who: SignIn): Promise<void> {
  await call("POST", "/v1/session", { body: who });
  await queries.resetQueries({ queryKey: sessionQuery.queryKey });
}

export async function signOut(queries: QueryClient, everywhere: boolean): Promise<void> {
  await call("DELETE", "/v1/session", { query: { everywhere: everywhere ? "true" : null } });
  forget(queries);
}

/** Shows the form to sign in. Nothing that one person saw stays for the next one. */
export function forget(queries: QueryClient): void {
  setCsrf(null);
  forgetEarly();
  queries.setQueryData(sessionQuery.queryKey, null);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
  queries.getMutationCache().clear();
}

export const ROLES = ["viewer", "operator", "admin"] as const;
/** Whether the person who is signed in has at least this role. Not before it is known. */
export function useMay(needed: SessionAnswer["role"]): boolean {
  const { data } = useQuery(sessionQuery);
  return data ? mayAct(data.role, needed) : false;
}

export const mayAct = (role: SessionAnswer["role"], needed: SessionAnswer["role"]): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);
