/**
 * The rules of the fake provider. The first rule that matches decides; without one the answer is 200 without a body.
 */
import type { ServerResponse } from "node:http";
import type { RawEntry } from "./provider-log.ts";

export type Fault =
  /** Any answer; the message is taken when the status is 2xx. `closeAfterMs`: then close the idle connection, unannounced. */
  | {
      readonly do: "answer";
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly delayMs?: number;
      readonly closeAfterMs?: number;
      readonly taken?: boolean;
    }
  /** Takes the message and never answers. */
  | { readonly do: "hang"; readonly taken?: boolean }
  /** Takes the message, then resets the connection. */
  | { readonly do: "reset-after"; readonly taken?: boolean }
  /** Resets the connection without looking at the message. */
  | { readonly do: "reset-before"; readonly taken?: boolean }
  /** Takes the message and answers with bytes that are no HTTP. */
  | { readonly do: "garbage"; readonly taken?: boolean }
  /** 200 at once, then the body over `ms`, a byte at a time; with `cut` the connection is reset instead of finishing it. */
  | { readonly do: "slow-body"; readonly ms: number; readonly cut?: boolean; readonly taken?: boolean }
  /** 200 and a body of `bytes` bytes. */
  | { readonly do: "huge-body"; readonly bytes: number; readonly taken?: boolean };

/** All given keys must hold. `attempt`: how often this id has come, this time included. */
export type When = {
  readonly id?: string;
  readonly channel?: string;
  readonly shop?: string;
  readonly to?: string;
  readonly campaign?: string;
  readonly step?: string;
  readonly order?: string;
  readonly path?: string;
  readonly attempt?: number;
};

export type Seen = { readonly body: Record<string, unknown> | null; readonly path: string; readonly attempt: number };

export type Rule = {
  readonly when?: When | ((seen: Seen) => boolean);
  /** Share of the matching requests, 0 to 1, spread by a fixed pseudo-random sequence. */
  readonly fraction?: number;
  /** Applies to so many requests, then no more. */
  readonly times?: number;
  /** A list is played once, one fault per matching request; then the rule no longer applies. */
  readonly fault: Fault | readonly Fault[];
};

/** Shorthands for the usual faults. */
export const faults = {
  ok: { do: "answer" } satisfies Fault,
  accepted: (messageId: string, segments: number): Fault => json(200, { messageId, segments }),
  status: (status: number, headers?: Record<string, string>): Fault => ({
    do: "answer",
    status,
    ...(headers && { headers }),
  }),
  retryAfter: (status: number, retryAfter: string): Fault => ({
    do: "answer",
    status,
    headers: { "retry-after": retryAfter },
  }),
  redirect: (location: string, status = 302): Fault => ({ do: "answer", status, headers: { location } }),
  hang: { do: "hang" } satisfies Fault,
  resetAfter: { do: "reset-after" } satisfies Fault,
  resetBefore: { do: "reset-before" } satisfies Fault,
  garbage: { do: "garbage" } satisfies Fault,
} as const;

function json(status: number, body: unknown): Fault {
  return { do: "answer", status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Picks the fault for each request in turn; holds how often each rule was used. */
export function ruleBook(rules: readonly Rule[]): (seen: Seen) => Fault | null {
  const used = rules.map(() => 0);
  let state = 0x2545f491;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (seen) => {
    for (const [index, rule] of rules.entries()) {
      const count = used[index] ?? 0;
      const list = Array.isArray(rule.fault) ? (rule.fault as readonly Fault[]) : null;
      if (count >= Math.min(rule.times ?? Infinity, list?.length ?? Infinity)) continue;
      if (!matches(rule.when, seen) || (rule.fraction !== undefined && random() >= rule.fraction)) continue;
      used[index] = count + 1;
      return list === null ? (rule.fault as Fault) : (list[count] ?? null);
    }
    return null;
  };
}

function matches(when: Rule["when"], seen: Seen): boolean {
  if (when === undefined) return true;
  if (typeof when === "function") return when(seen);
  for (const [key, wanted] of Object.entries(when)) {
    if (key === "attempt" || key === "path") {
      if (seen[key] !== wanted) return false;
    } else if (key === "order") {
      const orders = seen.body?.orders;
      if (!Array.isArray(orders) || !orders.includes(wanted)) return false;
    } else if (seen.body?.[key] !== wanted) return false;
  }
  return true;
}

/** Does it. Marks in the entry what was answered and whether the message counts as taken. */
export function perform(fault: Fault, entry: RawEntry, response: ServerResponse): void {
  entry.fault = fault.do;
  entry.taken = fault.taken ?? (fault.do === "answer" ? is2xx(fault.status ?? 200) : fault.do !== "reset-before");
  const socket = response.socket;
  switch (fault.do) {
    case "answer": {
      const status = fault.status ?? 200;
      entry.status = status;
      const write = () => {
        response.writeHead(status, { ...fault.headers, "content-length": Buffer.byteLength(fault.body ?? "") });
        response.end(fault.body);
        if (fault.closeAfterMs !== undefined) setTimeout(() => socket?.end(), fault.closeAfterMs);
      };
      if (fault.delayMs === undefined) write();
      else setTimeout(write, fault.delayMs);
      return;
    }
    case "hang":
      return;
    case "reset-after":
    case "reset-before":
      socket?.resetAndDestroy();
      return;
    case "garbage":
      socket?.end("\u0000\u0001 this is no HTTP \r\n\r\n");
      return;
    case "slow-body":
      entry.status = 200;
      slowBody(fault.ms, fault.cut === true, response);
      return;
    case "huge-body":
      entry.status = 200;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"messageId":"huge","filler":"${"x".repeat(fault.bytes)}"}`);
  }
}

function slowBody(ms: number, cut: boolean, response: ServerResponse): void {
  const body = '{"messageId":"slow","segments":2}';
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.flushHeaders();
  let sent = 0;
  const timer = setInterval(
    () => {
      if (response.destroyed || response.socket === null) return clearInterval(timer);
      response.write(body[sent] ?? "");
      sent += 1;
      if (cut && sent > body.length / 2) response.socket.resetAndDestroy();
      if (sent < body.length) return;
      clearInterval(timer);
      response.end();
    },
    Math.max(1, ms / body.length),
  );
}

const is2xx = (status: number) => status >= 200 && status < 300;
