/** Times in the headers of HTTP answers. */

const MAX_RETRY_AFTER_MS = 7 * 86_400_000;

/**
 * `Retry-After` in milliseconds, at most seven days; null when it is absent or unreadable. A date is compared with the answer's own `Date`,
 * or with `now` (epoch ms).
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): number | null {
  const header = headers["retry-after"];
  if (typeof header !== "string") return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  const at = httpDate(text);
  if (at === null) return null;
  const from = typeof headers.date === "string" ? (httpDate(headers.date.trim()) ?? now) : now;
  return Math.min(Math.max(at - from, 0), MAX_RETRY_AFTER_MS);
}

/** RFC 9110 §5.6.7: IMF-fixdate, RFC 850 and asctime, all in UTC. */
export function httpDate(text: string): number | null {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/.test(text)) return null;
  const ms = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(ms) ? null : ms;
}
