/** Questions that are asked before the code that shows their answers has come. Each answer is for the one call that would have asked. */
const answers = new Map<string, Promise<Response>>();
/** An answer that no call took by then is old. */
const KEPT_MS = 10_000;

/** The header of every call for JSON. */
export const ACCEPT = { accept: "application/json" };

/** `url` as the call builds it, so that it finds the answer. */
export function askEarly(url: string): Promise<Response> {
  const answer = fetch(url, { headers: ACCEPT });
  answers.set(url, answer);
  setTimeout(() => answers.delete(url), KEPT_MS);
  // The call that takes it says so, too.
  answer.catch(() => {});
  return answer;
}

export function takeEarly(url: string): Promise<Response> | null {
  const answer = answers.get(url) ?? null;
  answers.delete(url);
  return answer;
}

/** The next person gets answers of their own. */
export const forgetEarly = (): void => answers.clear();
