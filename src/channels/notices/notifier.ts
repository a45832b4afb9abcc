/** Shared by the notifiers: a text that calls nobody and fits, and one post of JSON. */
import type { Notifier } from "../../core/seams/notifier.ts";
import { type NoticeConfigOf, type NoticeProviderName, noticeProviderOf } from "../../providers/notices/all.ts";
import type { ChannelDeps } from "../deps.ts";
import { openHttp, type ReadAnswer } from "../http-client.ts";

export type OpenNotifier<Name extends NoticeProviderName> = (
  config: NoticeConfigOf<Name>,
  deps: NotifierDeps,
) => Notifier;
export type NotifierDeps = Pick<ChannelDeps, "now">;

const TIMEOUT_MS = 10_000;
const JSON_TYPE = ["content-type", "application/json", "user-agent", "dunlin"] as const;

/** Posts to a fixed URL. `search`: parameters of this request. */
export function openPost(url: string) {
  const { origin, pathname, search: own } = new URL(url);
  const http = openHttp(origin, { timeoutMs: TIMEOUT_MS, connections: 1 });
  return {
    post: (body: Buffer, read: ReadAnswer, { search = "", headers = [] as readonly string[] } = {}) => {
      const query = [own.replace(/^\?/, ""), search].filter((part) => part !== "").join("&");
      const path = query === "" ? pathname : `${pathname}?${query}`;
      const start = { startBy: Number.POSITIVE_INFINITY, begun: () => {} };
      return http.post({ path, headers: [...JSON_TYPE, ...headers], body }, start, read);
    },
    close: http.close,
  };
}

/**
 * Names come from files and events, and could call a whole group: `@all`, `<!channel>`, `<at user_id="all">`. Their signs are replaced by ones that look alike.
 * Unseen and reversing characters are left out.
 */
export function calm(text: string): string {
  return text
    .replace(/[^\P{Cc}\n]|\p{Cf}/gu, "")
    .replace(/[@＠]/gu, "(at)")
    .replace(/</g, "‹")
    .replace(/>/g, "›");
}

/** Cuts the text to the size that the provider takes, between characters. */
export function cut(text: string, provider: NoticeProviderName): string {
  const max = noticeProviderOf(provider)?.maxBytes ?? 2_000;
  if (Buffer.byteLength(text) <= max) return text;
  const room = max - Buffer.byteLength("…");
  let size = 0;
  let kept = "";
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > room) break;
    kept += character;
  }
  return `${kept}…`;
}
