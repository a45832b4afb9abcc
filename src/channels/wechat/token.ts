/**
 * The access token of an app, by stable_token: the same for every process, and it makes no other holder's token invalid. One request at a time
 * asks for it. It is asked for again some minutes before its end. Only a token that is refused and still current is replaced by a new one.
 */
import type { SendOutcome } from "../../core/seams/channel.ts";
import { outcomeOf, plainCode } from "../code-table.ts";
import type { HttpClient } from "../http-client.ts";
import { transient } from "../http-outcome.ts";
import { jsonAnswer } from "../json-answer.ts";
import { wechatCodes } from "./codes.ts";

export type TokenResult =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly outcome: SendOutcome };

export type TokenSource = {
  /** `refused`: a token that WeChat took no more; another one is asked for. */
  get(startBy: number, refused?: string): Promise<TokenResult>;
};

const EARLY_MS = 300_000;
/** WeChat makes a new token on demand 20 times a day, at least so far apart. */
const APART_MS = 30_000;

const NO_TOKEN = transient("no_token", "no access token was given; nothing was sent");

export function createTokens(
  http: HttpClient,
  app: { readonly path: string; readonly appId: string; readonly appSecret: string },
  now: () => number,
): TokenSource {
  let held: { token: string; until: number } | null = null;
  let asking: Promise<TokenResult> | null = null;
  let forcedAt = Number.NEGATIVE_INFINITY;

  async function ask(startBy: number, force: boolean): Promise<TokenResult> {
    const body = Buffer.from(
      JSON.stringify({
        grant_type: "client_credential",
        appid: app.appId,
        secret: app.appSecret,
        force_refresh: force,
      }),
    );
    let given: string | null = null;
    const request = { path: app.path, headers: ["content-type", "application/json"], body };
    const outcome = await http.post(request, { startBy, begun: () => {} }, (status) =>
      jsonAnswer(status, (answer) => {
        const { access_token: token, expires_in: seconds } = answer;
        if (typeof token === "string" && token !== "" && token.length <= 2_000) {
          given = token;
          held = { token, until: now() + Math.max(0, Number(seconds) * 1_000 - EARLY_MS || 0) };
          return NO_TOKEN;
        }
        const code = plainCode(answer.errcode);
        return code === "unreadable" ? NO_TOKEN : outcomeOf(wechatCodes, code, { now: now(), status });
      }),
    );
    if (given !== null) return { ok: true, token: given };
    // No message left: however the request ended, it may be tried again.
    return {
      ok: false,
      outcome: outcome.kind === "channel-fault" || outcome.kind === "failed-transient" ? outcome : NO_TOKEN,
    };
  }

  /** Another process may have a newer token already. To make one more would end that one, too. */
  async function replace(startBy: number, refused: string): Promise<TokenResult> {
    const current = await ask(startBy, false);
    if (!current.ok || current.token !== refused) return current;
    if (now() - forcedAt < APART_MS) return { ok: false, outcome: NO_TOKEN };
    forcedAt = now();
    return ask(startBy, true);
  }

  return {
    get(startBy, refused) {
      if (held !== null && held.token !== refused && now() < held.until)
        return Promise.resolve({ ok: true, token: held.token });
      asking ??= (refused === undefined ? ask(startBy, false) : replace(startBy, refused)).finally(() => {
        asking = null;
      });
      return asking;
    },
  };
}
