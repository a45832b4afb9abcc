/**
 * Channel `webhook`: posts each message as JSON to the shop's own provider, signed as Standard Webhooks (protocol: the public
 * contract). The idempotency key is `webhook-id`, so that a provider can drop a repetition itself.
 *
 * What is certain about a failed send hangs on one moment: undici calls `onRequestStart` right before it writes the request
 * to a socket. Failed before that, nothing left and the message may be sent again; after it, nobody can tell from here how
 * much of the request the provider got (a reset of a reused connection looks the same either way): unknown, never repeated.
 * A connection that the provider closed while it idled is the one avoidable cause of that: connections are given up early, a
 * shorter `Keep-Alive` hint is kept with a second to spare, and undici looks for a close before it reuses one.
 */
import type { KeyObject } from "node:crypto";
import { type Dispatcher, Pool } from "undici";
import type { Channel, ChannelConfig, Message, SendOutcome } from "../core/seams/channel.ts";
import type { ChannelDeps } from "./deps.ts";
import { accepted, lost, MAX_BODY, NOT_IN_TIME, neverLeft, refused, TIMED_OUT } from "./webhook-outcome.ts";
import { sign, signingKey } from "./webhook-signature.ts";

/** Gunicorn closes idle connections after 2 s and gives no hint, Node and Uvicorn after 5 s. */
const KEEP_ALIVE_MS = 1_500;
const KEEP_ALIVE_HINT_SLACK_MS = 1_000;
const KEEP_ALIVE_HINTED_MAX_MS = 30_000;
const DEFAULT_CONNECTIONS = 128;

/**
 * Options: `headers` (name → value, sent with every message), `connections` (most at a time, default 128).
 * @throws Error naming the channel and the setting: no url, no such option, a secret that cannot be one.
 */
export function openWebhook(config: ChannelConfig, deps: ChannelDeps): Channel {
  const fault = (said: string) => new Error(`channel ${config.name}: ${said}`);
  const url = urlOf(config, fault);
  const { headers, connections } = optionsOf(config.options, fault);
  let key: KeyObject | null = null;
  try {
    if (config.secret !== null) key = signingKey(config.secret);
  } catch (error) {
    throw fault(error instanceof Error ? error.message : String(error));
  }
  if (key === null && !/^(localhost|127\.|\[::1\])/.test(url.hostname))
    deps.log.warn({ channel: config.name }, "the channel has no secret: its provider cannot tell who sends");

  const fixed = ["content-type", "application/json", "user-agent", "dunlin", ...headers];
  if (url.username !== "" || url.password !== "") {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    fixed.push("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  }
  const path = `${url.pathname}${url.search}`;
  const pool = new Pool(url.origin, {
    connections,
    pipelining: 1,
    connect: { timeout: Math.max(1, Math.floor(config.timeoutMs / 2)) },
    // The time limit of a send covers both; these would only start timers of their own.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveTimeoutThreshold: KEEP_ALIVE_HINT_SLACK_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_HINTED_MAX_MS,
  });

  let closed: Promise<void> | null = null;

  return {
    name: config.name,
    provider: "webhook",
    contact: config.contact,
    ratePerSecond: config.ratePerSecond,
    timeoutMs: config.timeoutMs,
    cost: config.cost,
    fallback: config.fallback,
    send: (message, startBy = Number.POSITIVE_INFINITY) => {
      const body = bodyOf(message);
      const timestamp = String(Math.floor(Date.now() / 1000));
      const headers = [...fixed, "webhook-id", message.idempotencyKey, "webhook-timestamp", timestamp];
      if (key !== null) headers.push("webhook-signature", sign(key, message.idempotencyKey, timestamp, body));
      return post(pool, { path, method: "POST", headers, body }, config.timeoutMs, startBy);
    },
    // Waits for what is under way; every send ends within its time limit.
    close: () => {
      closed ??= pool.close();
      return closed;
    },
  };
}

function bodyOf(message: Message): Buffer {
  const { idempotencyKey: id, channel, shop, to, text, locale, campaign, step, orders, params } = message;
  return Buffer.from(JSON.stringify({ id, channel, shop, to, text, locale, campaign, step, orders, params }));
}

/** One request, one outcome, within `timeoutMs`; half of that is kept for the answer. Never rejects. */
function post(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
  timeoutMs: number,
  latestStart: number,
): Promise<SendOutcome> {
  return new Promise((settle) => {
    const startBy = Math.min(performance.now() + timeoutMs / 2, latestStart);
    let started: Dispatcher.DispatchController | null = null;
    let status = 0;
    let over = false;
    let size = 0;
    const chunks: Buffer[] = [];
    const isAccepted = () => status >= 200 && status < 300;

    const timeOut = () => {
      if (over) return;
      over = true;
      if (started === null) return settle(NOT_IN_TIME);
      settle(isAccepted() ? accepted([]) : TIMED_OUT);
      started.abort(new Error("timeout"));
    };
    // After a pause of the whole process an answer may lie in the socket: it is read before the verdict.
    const timer = setTimeout(() => setImmediate(timeOut), timeoutMs);

    pool.dispatch(request, {
      onRequestStart: (controller) => {
        if (over || performance.now() > startBy) {
          settle(NOT_IN_TIME);
          over = true;
          controller.abort(new Error("too late"));
          return;
        }
        started = controller;
      },
      onResponseStart: (_controller, statusCode, headers) => {
        if (statusCode < 200) return;
        status = statusCode;
        if (!isAccepted()) settle(refused(statusCode, headers, Date.now()));
      },
      onResponseData: (controller, chunk) => {
        size += chunk.length;
        if (size > MAX_BODY) {
          if (isAccepted()) settle(accepted([]));
          controller.abort(new Error("body too large"));
        } else if (isAccepted()) chunks.push(chunk);
      },
      onResponseEnd: () => {
        over = true;
        clearTimeout(timer);
        if (isAccepted()) settle(accepted(chunks));
      },
      onResponseError: (_controller, error) => {
        over = true;
        clearTimeout(timer);
        if (isAccepted()) settle(accepted([]));
        else if (started === null) settle(neverLeft(error));
        else settle(lost(error));
      },
    });
  });
}

type Fault = (said: string) => Error;

function urlOf(config: ChannelConfig, fault: Fault): URL {
  if (config.url === null) throw fault('provider webhook needs a "url", like http://127.0.0.1:9100/sms');
  const url = URL.canParse(config.url) ? new URL(config.url) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw fault("url: must start with http:// or https://");
  return url;
}

function optionsOf(options: ChannelConfig["options"], fault: Fault): { headers: string[]; connections: number } {
  const { headers = {}, connections = DEFAULT_CONNECTIONS, ...rest } = options;
  const [other] = Object.keys(rest);
  if (other !== undefined) throw fault(`${other}: no such option of provider webhook; known are headers, connections`);
  if (typeof connections !== "number" || !Number.isInteger(connections) || connections < 1 || connections > 1000)
    throw fault("connections: must be a whole number from 1 to 1000");
  if (typeof headers !== "object" || headers === null) throw fault("headers: must be a map of name to value");
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || typeof value !== "string" || !/^[\t\x20-\x7e]*$/.test(value))
      throw fault(`headers: "${name}" is no header with a plain text value`);
    if (/^(host|connection|keep-alive|content-.*|transfer-encoding|upgrade|expect|webhook-.*)$/i.test(name))
      throw fault(`headers: "${name}" is set by the channel itself`);
    pairs.push(name, value);
  }
  return { headers: pairs, connections };
}
