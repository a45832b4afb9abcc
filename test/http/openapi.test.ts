import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { envelope, parseEvent } from "../../src/core/order/event.ts";
import { eventBody } from "../../src/http/contract/events.ts";
import { order, stubServer } from "./support.ts";

const FILE = new URL("../../docs/openapi.json", import.meta.url);

it("is docs/openapi.json; after a change of the contract: UPDATE_OPENAPI=1 npx vitest run test/http/openapi.test.ts", async () => {
  const { app } = stubServer();
  const answer = await app.inject("/openapi.json");
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  if (process.env.UPDATE_OPENAPI === "1") writeFileSync(FILE, `${JSON.stringify(answer.json(), null, 2)}\n`);
  expect(answer.json()).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
});

it("describes every route with its answers, bodies and access", () => {
  const { paths } = JSON.parse(readFileSync(FILE, "utf8"));
  expect(Object.keys(paths).sort()).toEqual([
    "/healthz",
    "/metrics",
    "/readyz",
    "/v1/audit",
    "/v1/campaigns",
    "/v1/campaigns/{key}",
    "/v1/campaigns/{key}/pause",
    "/v1/campaigns/{key}/resume",
    "/v1/campaigns/{key}/rollback",
    "/v1/campaigns/{key}/templates/{name}",
    "/v1/campaigns/{key}/versions",
    "/v1/campaigns/{key}/versions/{version}",
    "/v1/cases",
    "/v1/cases/{shop}/{id}/take",
    "/v1/channels",
    "/v1/channels/{name}/pause",
    "/v1/channels/{name}/resume",
    "/v1/contacts/shared",
    "/v1/deliveries",
    "/v1/desk",
    "/v1/erasures",
    "/v1/events",
    "/v1/keys",
    "/v1/keys/{name}",
    "/v1/orders",
    "/v1/orders/{shop}/{id}",
    "/v1/orders/{shop}/{id}/promise",
    "/v1/orders/{shop}/{id}/reveal",
    "/v1/payment-methods",
    "/v1/payment-methods/{shop}/{method}/pause",
    "/v1/payment-methods/{shop}/{method}/resume",
    "/v1/phrases",
    "/v1/phrases/preview",
    "/v1/promises",
    "/v1/receipts/{channel}",
    "/v1/receipts/{channel}/{token}",
    "/v1/rehearsals",
    "/v1/reminders",
    "/v1/reports/overlap",
    "/v1/reports/owner",
    "/v1/reports/recovery",
    "/v1/reports/staff",
    "/v1/reports/today",
    "/v1/session",
    "/v1/session/password",
    "/v1/shifts",
    "/v1/shops",
    "/v1/shops/{name}/pause",
    "/v1/shops/{name}/resume",
    "/v1/staff",
    "/v1/stream",
    "/v1/suppressions",
    "/v1/suppressions/{id}",
    "/v1/tasks",
    "/v1/tasks/{id}",
    "/v1/tasks/{id}/assign",
    "/v1/tasks/{id}/claim",
    "/v1/tasks/{id}/contact",
    "/v1/tasks/{id}/extend",
    "/v1/tasks/{id}/outcome",
    "/v1/tasks/{id}/release",
    "/v1/tasks/{id}/touch",
    "/v1/templates/preview",
    "/v1/templates/test",
    "/v1/unsubscribe/{token}",
    "/v1/upcoming",
    "/v1/users",
    "/v1/users/{name}",
    "/v1/users/{name}/password",
    "/v1/webhooks/{source}/{shop}",
    "/v1/welcome/{token}",
  ]);
  const { post } = paths["/v1/events"];
  expect(Object.keys(post.requestBody.content)).toEqual(["application/json", "application/x-ndjson"]);
  expect(post.responses["202"].content["application/json"].schema.required).toEqual([
    "accepted",
    "duplicates",
    "rejected",
    "warnings",
  ]);
  expect(post.responses.default.content["application/problem+json"].schema.required).toContain("code");
  expect(post.security).toBeUndefined();
  expect(paths["/healthz"].get.security).toEqual([]);
  expect(paths["/v1/reports/recovery"].get.parameters.map(({ name }: { name: string }) => name)).toEqual([
    "by",
    "from",
    "to",
    "on",
    "horizon",
    "compare",
    "format",
    "totals",
  ]);
});

it("describes events as intake accepts them", () => {
  const full = order(1, {
    closesAt: "2026-11-10T20:30:00+08:00",
    buyer: {
      id: "b",
      phone: "+8613812345678",
      email: "li@acme.cn",
      chat: { wechat: "w" },
      name: "李雷",
      locale: "zh-CN",
      timeZone: "Asia/Shanghai",
      tier: "gold",
    },
    items: [{ sku: "S1", title: "羽绒服", quantity: 1, price: "129.00", tags: ["d11"] }],
    number: "#1006",
    presale: null,
    pendingConfirmation: false,
    shipped: false,
    archived: false,
  });
  expect(eventBody.safeParse(full).error).toBeUndefined();
  expect(parseEvent(full).ok).toBe(true);
});

it("describes every field of an event that intake reads, and no other", () => {
  // `io: input`: texts of intake are transformed.
  const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  expect(fieldsOf(schemaOf(eventBody))).toEqual(fieldsOf(schemaOf(envelope)));
});

/** The paths of all fields, like `order.buyer.phone`. */
function fieldsOf(schema: unknown, path = ""): string[] {
  const {
    properties = {},
    anyOf = [],
    items = null,
  } = Object(schema) as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly anyOf?: readonly unknown[];
    readonly items?: unknown;
  };
  const own = Object.entries(properties).flatMap(([name, inner]) => [
    `${path}${name}`,
    ...fieldsOf(inner, `${path}${name}.`),
  ]);
  return [
    ...new Set([...own, ...[...anyOf, items].flatMap((part) => (part === null ? [] : fieldsOf(part, path)))]),
  ].toSorted();
}
