/** The recovery report of a period, in rows by what is asked for. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { staffAnswer } from "../../http/contract/reports/staff.ts";
import type { RecoveryReport } from "../../http/contract/reports.ts";
import { type Answered, get, urlOf } from "./call.ts";
import type { Asked } from "./lists.ts";

export type { RecoveryReport };
export type Figures = RecoveryReport["totals"];
export type ReportRow = RecoveryReport["rows"][number];

export const DIMENSIONS = [
  ...(["campaign", "step", "variant", "channel", "day", "shop", "reason"] as const),
  ...(["locale", "tag", "paymentMethod", "staff", "why", "template", "version", "hour"] as const),
] satisfies readonly RecoveryReport["by"][number][];

const PATH = "/v1/reports/recovery";
const MINUTE = 60_000;

/** A report sums a whole period: it is asked for once a minute, not with each change. */
export const recoveryQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ["report", asked],
    queryFn: ({ signal }) => get<RecoveryReport>(PATH, { query: asked, signal }),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
    refetchInterval: MINUTE,
  });

export type StaffReport = Answered<typeof staffAnswer>;

/** Likewise. */
export const staffReportQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ["report", "staff", asked],
    queryFn: ({ signal }) => get<StaffReport>("/v1/reports/staff", { query: asked, signal }),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
    refetchInterval: MINUTE,
  });

export const csvUrl = (asked: Asked): string => urlOf(PATH, { query: { ...asked, format: "csv", totals: "true" } });
