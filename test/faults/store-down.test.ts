/** People and programs are answered, also while PostgreSQL cannot be reached: an outage is no bug of Dunlin, and it ends by itself. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createVault } from "../../src/db/vault.ts";
import { unsubscribeLinks } from "../../src/followup/unsubscribe.ts";
import { eventually } from "../support/eventually.ts";
import { startProxy } from "../support/service/proxy.ts";
import { API_KEY, rig, SECRET_KEY } from "../support/service/rig.ts";

type Request = { readonly method: string; readonly path: string; readonly body?: string };

const UNSUBSCRIBE = unsubscribeLinks(createVault(Buffer.from(SECRET_KEY, "base64")), "")("acme", "mei@acme.cn");
const NAMES: Readonly<Record<string, string>> = { shop: "acme", source: "standard", key: "fast", channel: "sms" };

/** All routes of the OpenAPI, most with a body that is not valid. */
function everyRoute(): Request[] {
  const { paths } = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
  return Object.entries<object>(paths).flatMap(([route, verbs]) => {
    const path = route.replace(/\{(\w+)\}/g, (_, name: string) => NAMES[name] ?? "1");
    return Object.keys(verbs).map((verb) =>
      verb === "get" ? { method: "GET", path } : { method: verb.toUpperCase(), path, body: "{}" },
    );
  });
}

const json = (method: string, path: string, body: object): Request => ({ method, path, body: JSON.stringify(body) });

/** Requests whose answer needs the store. */
const STORED: readonly Request[] = [
  { method: "GET", path: "/v1/orders?shop=acme" },
  { method: "GET", path: "/v1/orders/acme/1" },
  { method: "GET", path: "/v1/reports/recovery?from=2026-11-01&to=2026-11-02" },
  { method: "GET", path: "/v1/upcoming" },
  { method: "GET", path: "/v1/tasks" },
  { method: "GET", path: "/v1/audit" },
  { method: "GET", path: "/v1/campaigns" },
  json("POST", "/v1/suppressions", { shop: "acme", address: "+8613812345678" }),
  json("POST", "/v1/session", { user: "mei", password: "a long enough password" }),
  json("POST", "/v1/keys", { name: "till", role: "viewer" }),
  json("POST", "/v1/campaigns/fast/pause", {}),
];

it("answers 503 while PostgreSQL is away, a page to a person with a link, and goes on by itself", async (context) => {
  const service = await rig(context, { queue: "postgres" });
  const proxy = await startProxy(service.databaseUrl);
  context.onTestFinished(() => proxy.close());
  const api = await service.up(["api"], { DATABASE_URL: proxy.url });
  const ask = async ({ method, path, body }: Request, type = "application/json") => {
    const headers = { authorization: `Bearer ${API_KEY}`, "content-type": type };
    const answer = await fetch(`${api.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    return { status: answer.status, retry: answer.headers.get("retry-after"), text };
  };
  await proxy.cut();

  const answers = await Promise.all(STORED.map(async (request) => ({ request, ...(await ask(request)) })));
  for (const { request, status, retry, text } of answers) {
    expect({ status, retry: Number(retry) > 0, code: JSON.parse(text).code }, `${request.path} ${text}`).toEqual({
      status: 503,
      retry: true,
      code: "store_unavailable",
    });
    expect(text).not.toMatch(/127\.0\.0\.1|ECONN|bug/);
  }
  const statuses = await Promise.all(everyRoute().map(async (each) => ({ ...each, ...(await ask(each)) })));
  expect(statuses.length).toBeGreaterThan(70);
  expect(statuses.filter(({ status }) => status >= 500 && status !== 503).map(({ text }) => text)).toEqual([]);
  const opted = await ask({ method: "POST", path: UNSUBSCRIBE, body: "List-Unsubscribe=One-Click" }, "text/plain");
  expect(opted).toMatchObject({
    status: 503,
    text: expect.stringMatching(/^<!doctype html>[\s\S]*Try again in a minute/),
  });
  const welcomed = await ask({ method: "GET", path: "/v1/welcome/1" });
  expect(welcomed).toMatchObject({ status: 503, text: expect.stringMatching(/^<!doctype html>[\s\S]*Try again in a/) });
  // One line for each, with the place and what to do, and no stack: nothing here is an error of the program.
  const lines = api
    .out()
    .split("\n")
    .filter((line) => line.includes('"request failed"'));
  expect(lines.length).toBeGreaterThan(STORED.length);
  for (const line of lines) expect(line).toMatch(/"level":50.*"reason":"PostgreSQL .*(start it|closed the connection)/);

  await proxy.restore();
  await eventually(
    "the store is back",
    async () => (await ask({ method: "GET", path: "/v1/orders?shop=acme" })).status,
    (status) => status === 200,
  );
});
