/** Data of the desk beside the list of tasks: the card of one, its phrases, and the promises that fall due. */
import { queryOptions } from "@tanstack/react-query";
import type { taskCard } from "../../http/contract/desk/card.ts";
import type { phrasesAnswer } from "../../http/contract/desk/phrases.ts";
import type { shiftPage, staffPage } from "../../http/contract/desk/roster.ts";
import type { deskState } from "../../http/contract/desk/state.ts";
import type { pageOf } from "../../http/contract/parts/values.ts";
import type { promiseItem } from "../../http/contract/promises.ts";
import { type Answered, call, get } from "./call.ts";

export type Card = Answered<typeof taskCard>;
export type Phrases = Answered<typeof phrasesAnswer>;
type PromisePage = Answered<ReturnType<typeof pageOf<typeof promiseItem>>>;

export const cardQuery = (id: string) =>
  queryOptions({
    queryKey: ["figures", "tasks", "card", id],
    queryFn: ({ signal }) => get<Card>("/v1/tasks/:id", { params: { id }, signal }),
  });

export const phrasesQuery = (task: string) =>
  queryOptions({
    queryKey: ["figures", "tasks", "phrases", task],
    queryFn: ({ signal }) => get<Phrases>("/v1/phrases", { query: { task }, signal }),
  });

/** The soonest that are open. */
export const promisesQuery = queryOptions({
  queryKey: ["figures", "tasks", "promises"],
  queryFn: ({ signal }) => get<PromisePage>("/v1/promises", { query: { state: "open", limit: "20" }, signal }),
});

export type DeskState = Answered<typeof deskState>;

/** Tasks become overdue, and shifts end, without a change of the state. ms */
const LOOK_MS = 15_000;
export const deskStateQuery = queryOptions({
  queryKey: ["both", "desk"],
  queryFn: ({ signal }) => get<DeskState>("/v1/desk", { signal }),
  refetchInterval: LOOK_MS,
});

export type Member = Answered<typeof staffPage>["items"][number];
export type Shift = Answered<typeof shiftPage>["items"][number];

export const staffQuery = queryOptions({
  queryKey: ["both", "staff"],
  queryFn: async ({ signal }) => {
    const { value, etag } = await call<Answered<typeof staffPage>>("GET", "/v1/staff", { signal });
    return { items: value.items, etag: etag ?? "" };
  },
});

export const shiftsQuery = queryOptions({
  queryKey: ["changes", "shifts"],
  queryFn: async ({ signal }) => {
    const { value, etag } = await call<Answered<typeof shiftPage>>("GET", "/v1/shifts", { signal });
    return { items: value.items, etag: etag ?? "" };
  },
});

export const putShifts = (items: readonly Shift[], etag: string) =>
  call("PUT", "/v1/shifts", { body: { items }, headers: { "if-match": etag } });

export const putStaff = (items: readonly Member[], etag: string) =>
  call("PUT", "/v1/staff", { body: { items }, headers: { "if-match": etag } });
