/** Requests of strangers, over real sockets: they are refused before their body is read, and cannot keep a genuine webhook out. */
import { createHmac } from "node:crypto";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Change, SHOPIFY_SECRET, stubServer } from "./support.ts";

async function listening(change: Change = {}) {
  const { app } = stubServer(change);
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Sends the head of a POST and `body`, and stays connected. The answer is its status line and headers. */
function open(port: number, path: string, headers: Record<string, string>, body: Buffer | string = "") {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const lines = Object.entries({ host: "dunlin", "content-type": "application/json", ...headers });
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  socket.write(body);
  const answer = new Promise<string>((resolve, reject) => {
    let text = "";
    socket.on("data", (piece) => {
      text += piece;
      if (text.includes("\r\n\r\n")) resolve(text);
    });
    socket.on("error", reject).on("close", () => reject(new Error("closed without an answer")));
  });
  answer.catch(() => {});
  return { socket, answer };
}

const signed = (body: string) => createHmac("sha256", SHOPIFY_SECRET).update(body).digest("base64");
const FORM = "A".repeat(43);

describe("a body that never comes", () => {
  it.each([
    ["of an unknown shop", "/v1/webhooks/shopify/nobody", {}, 422],
    ["of an unknown source", "/v1/webhooks/nosource/acme", {}, 404],
    ["of a shop without a secret", "/v1/webhooks/shopify/bare", {}, 401],
    ["without a signature", "/v1/webhooks/shopify/acme", {}, 401],
    ["with an ill-formed signature", "/v1/webhooks/shopify/acme", { "x-shopify-hmac-sha256": "AAAA" }, 401],
    [
      "of more than 5 MB",
      "/v1/webhooks/shopify/acme",
      { "x-shopify-hmac-sha256": `${FORM}=`, "content-length": "5000001" },
      413,
    ],
    ["to no route", "/v1/nothing", {}, 404],
    ["of events without a key", "/v1/events", {}, 401],
    ["of NDJSON without a key", "/v1/events", { "content-type": "application/x-ndjson" }, 401],
    ["of events with a wrong key", "/v1/events", { authorization: "Bearer wrong" }, 401],
    ["of a rehearsal without a key", "/v1/rehearsals", {}, 401],
    ["of a rehearsal with a key of a lower role", "/v1/rehearsals", { authorization: "Bearer viewer" }, 403],
    ["of a campaign without a key", "/v1/campaigns/x/rollback", {}, 401],
    ["of a preview without a key", "/v1/templates/preview", {}, 401],
    ["of a promise without a key", "/v1/orders/acme/1/promise", {}, 401],
    [
      "of a type that the route does not take",
      "/v1/events",
      { authorization: "Bearer operator", "content-type": "a/b" },
      415,
    ],
  ])("%s is not waited for", async (_what, path, headers, status) => {
    const port = await listening();
    const { answer } = open(port, path, { "content-length": "4900000", ...headers });
    expect(await answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});

it("drops strangers that hold too much with 503, and takes a genuine webhook in meanwhile", async () => {
  const port = await listening({ options: { strangerBytes: 100_000 } });
  const headers = { "x-shopify-topic": "orders/create", "transfer-encoding": "chunked" };
  const unsigned = { ...headers, "x-shopify-hmac-sha256": `${FORM}=` };
  const chunk = `7d00\r\n${"x".repeat(32_000)}\r\n`;
  const strangers = [1, 2, 3, 4].map(() => open(port, "/v1/webhooks/shopify/acme", unsigned, chunk));
  const order = JSON.stringify({ id: 1, currency: "HKD", total_price: "1.00", note: "x".repeat(20_000) });
  const first = order.slice(0, 9_000);
  const genuine = open(
    port,
    "/v1/webhooks/shopify/acme",
    { ...headers, "x-shopify-hmac-sha256": signed(order) },
    `${first.length.toString(16)}\r\n${first}\r\n`,
  );
  const dropped = await Promise.race(strangers.map(({ answer }) => answer));
  expect(dropped).toMatch(/^HTTP\/1.1 503 /);
  expect(dropped).toMatch(/retry-after: 5/i);
  const rest = order.slice(9_000);
  genuine.socket.write(`${rest.length.toString(16)}\r\n${rest}\r\n0\r\n\r\n`);
  expect(await genuine.answer).toMatch(/^HTTP\/1.1 20[02] /);
});

it("reads a body that comes in bytes", async () => {
  const port = await listening();
  const order = JSON.stringify({ id: 1, currency: "HKD", total_price: "1.00", note: "é".repeat(2_000) });
  const bytes = Buffer.from(order);
  const body = Buffer.concat(
    [...bytes].flatMap((byte) => [Buffer.from("1\r\n"), Buffer.from([byte]), Buffer.from("\r\n")]),
  );
  const headers = { "x-shopify-topic": "orders/create", "transfer-encoding": "chunked" };
  const { answer } = open(
    port,
    "/v1/webhooks/shopify/acme",
    { ...headers, "x-shopify-hmac-sha256": signed(order) },
    Buffer.concat([body, Buffer.from("0\r\n\r\n")]),
  );
  expect(await answer).toMatch(/^HTTP\/1.1 20[02] /);
});
