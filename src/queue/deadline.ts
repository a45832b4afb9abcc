/** Small timing helpers: nothing in this directory may wait on a queue store without a limit. */

export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  constructor(limitMs: number) {
    super(`the queue did not answer within ${limitMs} ms`);
  }
}

/** Settles as `work` does, or rejects with DeadlineError after `limitMs`; what `work` does later is ignored. */
export async function withDeadline<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(limitMs)), limitMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** True if `work` ended, well or badly, within `limitMs`. Never rejects. */
export async function endsWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => true,
  );
  return withDeadline(limitMs, ended).catch(() => false);
}

/** Sleeps, but wakes at once when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake);
  });
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
