/** The cookie of a session. Scripts cannot read it, and no other site can make a browser send it. */
import { parseCookie, stringifySetCookie } from "cookie";
import type { FastifyRequest } from "fastify";

const NAME = "dunlin_session";
const TOKEN = /^[\w-]{43}$/;

/** null: the request has no such cookie, or one of another form. */
export function sessionToken({ headers }: Pick<FastifyRequest, "headers">): string | null {
  const { cookie } = headers;
  if (cookie === undefined || !cookie.includes(NAME)) return null;
  const token = parseCookie(cookie)[NAME];
  return token !== undefined && TOKEN.test(token) ? token : null;
}

/** `endsAt`: epoch ms. A browser that came over TLS never sends it without. */
export const setCookie = (request: FastifyRequest, token: string, endsAt: number): string =>
  cookieOf(request, token, new Date(endsAt));

export const dropCookie = (request: FastifyRequest): string => cookieOf(request, "", new Date(0));

/** A proxy that ends TLS says so. Anybody can say so, and then only gets a cookie that is more careful. */
const isOverTls = ({ protocol, headers }: FastifyRequest): boolean =>
  protocol === "https" || /^https\b/i.test(String(headers["x-forwarded-proto"] ?? ""));

const cookieOf = (request: FastifyRequest, value: string, expires: Date): string =>
  stringifySetCookie({
    name: NAME,
    value,
    expires,
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: isOverTls(request),
  });
