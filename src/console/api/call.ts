/**
 * Calls to the public HTTP API of the server that serves this page. The session's cookie travels by itself; what changes something carries the
 * session's CSRF token. A call that fails throws a `Problem`: what the server answered, or `offline` when no answer came.
 */
import type { z } from "zod";
import type { problem } from "../../http/contract/parts/problem.ts";
import type { Answer } from "../../http/contract/parts/values.ts";
import { ACCEPT, takeEarly } from "./early.ts";

export type ProblemBody = Answer<typeof problem>;

export class Problem extends Error {
  override readonly name = "Problem";
  /** As in docs/errors.md, or `offline`. */
  readonly code: string;
  /** 0: no answer came. */
  readonly status: number;
  readonly body: ProblemBody | null;

  constructor(code: string, status: number, message: string, body: ProblemBody | null = null) {
    super(message);
    this.code = code;
    this.status = status;
    this.body = body;
  }
}

type Value = string | number | boolean | null | undefined;
type Options = {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, Value>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};
export type Answered<Schema extends z.ZodType> = Answer<Schema>;

let csrf: string | null = null;
export const setCsrf = (token: string | null): void => {
  csrf = token;
};

/** `/v1/orders/:shop/:id` with its parameters and query. Empty values of a query are left out. */
export function urlOf(path: string, { params = {}, query = {} }: Pick<Options, "params" | "query">): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  const asked = search.toString();
  return asked === "" ? filled : `${filled}?${asked}`;
}

export const get = <T>(path: string, options: Omit<Options, "body"> = {}): Promise<T> =>
  call<T>("GET", path, options).then(({ value }) => value);

/** The answer, and its ETag if it has one. */
export async function call<T>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  options: Options = {},
): Promise<{ readonly value: T; readonly etag: string | null }> {
  const { body, headers, signal } = options;
  const isRaw = body instanceof Blob;
  const url = urlOf(path, options);
  const early = method === "GET" ? takeEarly(url) : null;
  const asked =
    early ??
    fetch(url, {
      method,
      headers: {
        ...ACCEPT,
        ...(body === undefined || isRaw ? {} : { "content-type": "application/json" }),
        ...(method === "GET" || csrf === null ? {} : { "x-dunlin-csrf": csrf }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  const response = await asked.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem("offline", 0, "no answer");
  });
  if (!response.ok) throw await problemOf(response);
  const value = response.status === 204 ? null : await response.json();
  return { value: value as T, etag: response.headers.get("etag") };
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (!isProblem(body)) return new Problem("unreadable", response.status, response.statusText);
  return new Problem(body.code, response.status, body.detail, body);
}

const isProblem = (body: unknown): body is ProblemBody =>
  typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";
