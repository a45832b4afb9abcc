/** The follow-up desk: tasks, claims, and what came of them. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import type { pageOf } from "../../http/contract/parts/values.ts";
import type { outcomeBody, task, taskPhone, touchBody } from "../../http/contract/tasks.ts";
import { type Answered, call, get } from "./call.ts";

type TaskPage = Answered<ReturnType<typeof pageOf<typeof task>>>;
export type Task = Answered<typeof task>;
export type Touch = Pick<Answered<typeof touchBody>, "how" | "result">;
export type Outcome = Answered<typeof outcomeBody>["outcome"];
export type BuyerReason = NonNullable<Task["reason"]>;

/** `mine`: those of the person who asks. */
export type Which = "todo" | "mine" | "done";
const ASKED = {
  ...{ todo: {}, open: { state: "open" }, mine: { assignee: "me" }, done: { state: "done" } },
  late: { state: "open", overdue: "true" },
} as const;
/** A task becomes overdue without a change of the state. ms */
const LOOK_MS = 15_000;

/** The soonest close first. A claim of another person shows within a second, as a change of a figure does. */
export const tasksQuery = (which: Which | "open" | "late") =>
  infiniteQueryOptions({
    queryKey: ["figures", "tasks", which],
    queryFn: ({ signal, pageParam }) =>
      get<TaskPage>("/v1/tasks", { query: { ...ASKED[which], cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: which === "late" ? LOOK_MS : false,
  });

const act = async (id: string, verb: string, body?: object): Promise<Task> =>
  (await call<Task>("POST", `/v1/tasks/:id/${verb}`, { params: { id }, ...(body === undefined ? {} : { body }) }))
    .value;

export const claimTask = (id: string) => act(id, "claim");
export const takeCase = async (shop: string, id: string): Promise<Task> =>
  (await call<Task>("POST", "/v1/cases/:shop/:id/take", { params: { shop, id } })).value;
export const releaseTask = (id: string) => act(id, "release");
/** Refused if somebody has claimed it meanwhile. */
export const assignTask = (id: string, to: string) => act(id, "assign", { to, unclaimed: true });
export const touchTask = (id: string, body: Touch) => act(id, "touch", body);
export const endTask = (id: string, body: EndBody) => act(id, "outcome", body);

export type EndBody = {
  readonly outcome: Outcome;
  readonly reason?: BuyerReason;
  readonly note?: string;
  readonly promiseAt?: string;
  readonly againAt?: string;
};

export const phoneOf = (id: string): Promise<string> =>
  call<Answered<typeof taskPhone>>("POST", "/v1/tasks/:id/contact", { params: { id } }).then(
    ({ value }) => value.phone,
  );
