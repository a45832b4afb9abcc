/** Figures: the owner's page, the day, and what goes out next. */
import { queryOptions } from "@tanstack/react-query";
import type { ownerAnswer } from "../../http/contract/reports/owner.ts";
import type { todayAnswer } from "../../http/contract/reports/today.ts";
import type { upcomingAnswer } from "../../http/contract/upcoming.ts";
import { type Answered, get } from "./call.ts";

export type Owner = Answered<typeof ownerAnswer>;
export type Today = Answered<typeof todayAnswer>;
export type Upcoming = Answered<typeof upcomingAnswer>;

const MINUTE = 60_000;

/** 12 weeks do not change from one minute to the next. */
export const ownerQuery = queryOptions({
  queryKey: ["owner"],
  queryFn: ({ signal }) => get<Owner>("/v1/reports/owner", { signal }),
  staleTime: 5 * MINUTE,
  refetchInterval: 5 * MINUTE,
});

export const todayQuery = queryOptions({
  queryKey: ["figures", "today"],
  queryFn: ({ signal }) => get<Today>("/v1/reports/today", { signal }),
  refetchInterval: MINUTE,
});

/** `ahead` like `1h`. */
export const upcomingQuery = (ahead: string) =>
  queryOptions({
    queryKey: ["both", "upcoming", ahead],
    queryFn: ({ signal }) => get<Upcoming>("/v1/upcoming", { query: { for: ahead }, signal }),
    refetchInterval: MINUTE,
  });
