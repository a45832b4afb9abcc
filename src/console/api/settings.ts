/** Opt-outs, people, keys and the audit trail. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { auditItem } from "../../http/contract/access/audit.ts";
import type { keyItem, newKey, personItem, personLink } from "../../http/contract/access/people.ts";
import type { suppression } from "../../http/contract/contacts.ts";
import type { readiness } from "../../http/contract/operations.ts";
import type { pageOf } from "../../http/contract/parts/values.ts";
import { type Answered, call, get, Problem } from "./call.ts";

type PageOf<Item extends Parameters<typeof pageOf>[0]> = Answered<ReturnType<typeof pageOf<Item>>>;
export type Role = Answered<typeof personItem>["role"];
export type Person = Answered<typeof personItem>;
export type Key = Answered<typeof keyItem>;
export type Suppression = Answered<typeof suppression>;

/** A list by pages of the server, newest first. */
const pages = <Item extends Parameters<typeof pageOf>[0]>(key: readonly string[], path: string) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ signal, pageParam }) => get<PageOf<Item>>(path, { query: { cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

export const auditQuery = pages<typeof auditItem>(["changes", "audit"], "/v1/audit");
export const suppressionsQuery = pages<typeof suppression>(["changes", "suppressions"], "/v1/suppressions");
export const usersQuery = queryOptions({
  queryKey: ["changes", "users"],
  queryFn: ({ signal }) => get<PageOf<typeof personItem>>("/v1/users", { signal }),
});
export const keysQuery = queryOptions({
  queryKey: ["changes", "keys"],
  queryFn: ({ signal }) => get<PageOf<typeof keyItem>>("/v1/keys", { signal }),
});

/** Also while a check fails: its answer is 503 with the same body. */
export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: async ({ signal }) => {
    const answer = await fetch("/readyz", { signal }).catch(() => null);
    if (answer === null) throw new Problem("offline", 0, "no answer");
    return (await answer.json()) as Answered<typeof readiness>;
  },
  refetchInterval: 10_000,
});

type NewName = { readonly name: string; readonly role: Role };
const made = async <T>(path: string, body?: NewName, params: Record<string, string> = {}): Promise<T> =>
  (await call<T>("POST", path, { params, ...(body === undefined ? {} : { body }) })).value;

export const addPerson = (body: NewName) => made<Answered<typeof personLink>>("/v1/users", body);
export const renewPerson = (name: string) =>
  made<Answered<typeof personLink>>("/v1/users/:name/password", undefined, { name });
export const disablePerson = (name: string) => call("DELETE", "/v1/users/:name", { params: { name } });
export const addKey = (body: NewName) => made<Answered<typeof newKey>>("/v1/keys", body);
export const revokeKey = (name: string) => call("DELETE", "/v1/keys/:name", { params: { name } });

export const suppress = (body: { readonly shop: string; readonly address: string }) =>
  call("POST", "/v1/suppressions", { body });
export const liftSuppression = (id: string) => call("DELETE", "/v1/suppressions/:id", { params: { id } });
