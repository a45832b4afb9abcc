/** Data of the desk beside the list of tasks: the card of one, its phrases, and the promises that fall due. */
import { queryOptions } from "@tanstack/react-query";
import type { taskCard } from "../../http/contract/desk/card.ts";
import type { phrasesAnswer } from "../../http/contract/desk/phrases.ts";
import type { pageOf } from "../../http/contract/parts/values.ts";
import type { promiseItem } from "../../http/contract/promises.ts";
import { type Answered, get } from "./call.ts";

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
