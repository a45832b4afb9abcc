/** The staff of the follow-up desk and their shifts: two lists, each read and replaced as a whole. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import {
  type RosterVerbs,
  type SavedList,
  shiftBody,
  shiftPage,
  staffBody,
  staffPage,
  type Versioned,
} from "../../contract/desk/roster.ts";
import { mayAct } from "../../kit/auth.ts";
import { addJsonBody } from "../../kit/body/json-body.ts";
import { HttpProblem } from "../../kit/errors.ts";
import { actorOf } from "../../kit/guard.ts";
import { addNoStore } from "../../kit/no-store.ts";
import { answers, JSON_TYPE } from "../../kit/openapi.ts";
import { etagOf, moved, requireExpected } from "../../kit/precondition.ts";

const tags = ["tasks"];
const BODY_LIMIT = 1_000_000;
const MAX_VALUES = 100_000;
const operators = { access: "operator" } as const;
const PUT = "Replaces the list. Needs `If-Match` with the ETag that was read. Nothing is saved if a row is at fault.";
const STAFF = answers(200, "The list; its ETag is the version", { [JSON_TYPE]: staffPage });
const SHIFTS = answers(200, "The list; its ETag is the version", { [JSON_TYPE]: shiftPage });

export function rosterRoutes(plain: FastifyInstance, { roster }: RosterVerbs): void {
  plain.removeAllContentTypeParsers();
  addJsonBody(plain, BODY_LIMIT, MAX_VALUES);
  addNoStore(plain);
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/v1/staff",
    {
      config: operators,
      schema: {
        summary: "The staff of the follow-up desk",
        description: "Who takes care of which tasks, and who is on shift now. Only admins see what an hour costs.",
        tags,
        response: STAFF,
      },
    },
    async ({ holder }, reply) => {
      const { version, page } = await roster.staff();
      const isAdmin = holder !== null && mayAct(holder.role, "admin");
      const items = isAdmin ? page.items : page.items.map((member) => ({ ...member, costPerHour: null }));
      return answer(reply, { version, page: { ...page, items } });
    },
  );
  app.put(
    "/v1/staff",
    {
      config: { access: "admin" },
      schema: { body: staffBody, summary: "Replace the staff", description: PUT, tags, response: STAFF },
    },
    async (request, reply) =>
      answer(
        reply,
        saved("staff", await roster.putStaff(actorOf(request), request.body.items, requireExpected(request))),
      ),
  );
  app.get(
    "/v1/shifts",
    { config: operators, schema: { summary: "The shifts of the staff", tags, response: SHIFTS } },
    async (_request, reply) => answer(reply, await roster.shifts()),
  );
  app.put(
    "/v1/shifts",
    {
      config: operators,
      schema: {
        body: shiftBody,
        summary: "Replace the shifts",
        description: `${PUT} Shifts of one person that overlap count as one.`,
        tags,
        response: SHIFTS,
      },
    },
    async (request, reply) =>
      answer(
        reply,
        saved("shifts", await roster.putShifts(actorOf(request), request.body.items, requireExpected(request))),
      ),
  );
}

const answer = <Page>(reply: FastifyReply, { version, page }: Versioned<Page>) =>
  reply.header("etag", etagOf(version)).type(JSON_TYPE).send(page);

function saved<Page>(what: string, result: SavedList<Page>): Versioned<Page> {
  if (result.kind === "moved") throw moved(result.current, what);
  if (result.kind === "saved") return result;
  const errors = result.faults.map(({ place, field: inner, message }) => {
    const field = `items[${place}].${inner}`;
    return { field, message: `${field}: ${message}` };
  });
  throw new HttpProblem("invalid_roster", `${errors.length} fault(s) in the ${what}; nothing was saved`, { errors });
}
