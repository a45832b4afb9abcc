/** Recovered orders as JSON or CSV, the owner's page, and the sends of the next time. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { type OverlapVerbs, overlapAnswer } from "../contract/reports/overlap.ts";
import { type OwnerVerbs, ownerAnswer, ownerQuery } from "../contract/reports/owner.ts";
import { type StaffVerbs, staffAnswer, staffQuery } from "../contract/reports/staff.ts";
import { type TodayVerbs, todayAnswer, todayQuery } from "../contract/reports/today.ts";
import { type ReportsVerbs, recoveryQuery, recoveryReport } from "../contract/reports.ts";
import { type UpcomingVerbs, upcomingAnswer, upcomingQuery } from "../contract/upcoming.ts";
import { mayAct } from "../kit/auth.ts";
import { HttpProblem } from "../kit/errors.ts";
import { addNoStore } from "../kit/no-store.ts";
import { answers, JSON_TYPE } from "../kit/openapi.ts";

const NO_WAGE = { wage: null, wagePerOrder: null };

export function reportRoutes(
  plain: FastifyInstance,
  {
    report,
    reportCsv,
    owner,
    today,
    overlap,
    staff,
    upcoming,
  }: ReportsVerbs & OwnerVerbs & TodayVerbs & OverlapVerbs & StaffVerbs & UpcomingVerbs,
): void {
  addNoStore(plain);
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/v1/reports/recovery",
    {
      config: { access: "viewer" },
      schema: {
        querystring: recoveryQuery,
        summary: "Recovered orders",
        description:
          "The same as `dunlin report`. Without a period, the whole history. A day is the own day of each shop, in its zone. Orders and cases count on the day they were placed; reminders, cost and recovered orders on the day of the reminder.",
        tags: ["reports"],
        response: answers(200, "The report", { [JSON_TYPE]: recoveryReport, "text/csv": z.string() }),
      },
    },
    async ({ query: { format, totals, ...query } }, reply) => {
      if (format === "json") return reply.type(JSON_TYPE).send(await report(query));
      reply.header("content-disposition", 'attachment; filename="recovery.csv"').type("text/csv; charset=utf-8");
      return reply.send(await reportCsv({ ...query, totals }));
    },
  );

  app.get(
    "/v1/reports/owner",
    {
      config: { access: "viewer" },
      schema: {
        querystring: ownerQuery,
        summary: "The owner's page",
        description:
          "The same as `dunlin report` without options: what the reminders of the last 12 weeks brought, in a sentence, by week, and what it rests on.",
        tags: ["reports"],
        response: answers(200, "The page", { [JSON_TYPE]: ownerAnswer }),
      },
    },
    async ({ query }) => {
      const page = await owner(query);
      if (page !== null) return page;
      throw unknownShop(query.shop);
    },
  );

  app.get(
    "/v1/reports/today",
    {
      config: { access: "viewer" },
      schema: {
        querystring: todayQuery,
        summary: "The day so far",
        description:
          "The figures of today and its hours, those of yesterday until the last full hour, and the orders that are unpaid now. `/v1/reports/recovery?by=reason&on=today` says why reminders were skipped.",
        tags: ["reports"],
        response: answers(200, "The day", { [JSON_TYPE]: todayAnswer }),
      },
    },
    async ({ query }) => {
      const day = await today(query);
      if (day !== null) return day;
      throw unknownShop(query.shop);
    },
  );

  app.get(
    "/v1/reports/overlap",
    {
      config: { access: "viewer" },
      schema: {
        summary: "Which campaign goes first",
        description:
          "How many of the newest orders each campaign would take, and how many of these go to a campaign before it. Each order is looked at by itself, with the campaigns as they are now.",
        tags: ["reports"],
        response: answers(200, "The campaigns with those before them", { [JSON_TYPE]: overlapAnswer }),
      },
    },
    () => overlap(),
  );

  app.get(
    "/v1/reports/staff",
    {
      config: { access: "viewer" },
      schema: {
        querystring: staffQuery,
        summary: "The results of people",
        description:
          "By person: the tasks that began in the period, how many buyers were reached, and the payments after the person's last contact. The interval tells small numbers from large ones. `arms` compares people with reminders alone, and these with nothing. Only admins see wages.",
        tags: ["reports"],
        response: answers(200, "The people, by name", { [JSON_TYPE]: staffAnswer }),
      },
    },
    async ({ query, holder }) => {
      const found = await staff(query);
      if (holder !== null && mayAct(holder.role, "admin")) return found;
      return { ...found, items: found.items.map((item) => ({ ...item, ...NO_WAGE })), wages: [] };
    },
  );

  app.get(
    "/v1/upcoming",
    {
      config: { access: "viewer" },
      schema: {
        querystring: upcomingQuery,
        summary: "What goes out next",
        description:
          "The planned sends by minute and channel, against the channel's rate limit, and what they cost: the most that can go out, if nobody pays until then.",
        tags: ["reports"],
        response: answers(200, "The next minutes", { [JSON_TYPE]: upcomingAnswer }),
      },
    },
    ({ query }) => upcoming(query.for),
  );
}

const unknownShop = (shop: string | null) =>
  new HttpProblem("shop_not_found", `the shop ${JSON.stringify(shop)} is not configured and has no orders`);
