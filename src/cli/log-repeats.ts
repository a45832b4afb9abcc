/**
 * Counts warnings and errors that repeat, as in an outage, where each request and each retry would write the same line. The first of a kind
 * is written at once. The following ones are counted, and every 30 s a line says how many there were.
 */
import type { LogFn, Logger, LoggerOptions } from "pino";

type Hook = NonNullable<NonNullable<LoggerOptions["hooks"]>["logMethod"]>;
type Arguments = Parameters<Hook>[0];

const WINDOW_MS = 30_000;
const WARN = 40;
const FATAL = 60;
/** Beyond this many kinds at a time everything is written. */
const MAX_KINDS = 500;

export type RepeatClock = { readonly later: (run: () => void, ms: number) => void };

const SYSTEM: RepeatClock = { later: (run, ms) => void setTimeout(run, ms).unref() };

/** For the option `hooks.logMethod` of pino. */
export function countRepeats({ later }: RepeatClock = SYSTEM): Hook {
  const kinds = new Map<string, { repeated: number; write: () => void }>();

  const watch = (kind: string): void =>
    later(() => {
      const seen = kinds.get(kind);
      if (seen === undefined || seen.repeated === 0) {
        kinds.delete(kind);
        return;
      }
      seen.write();
      seen.repeated = 0;
      watch(kind);
    }, WINDOW_MS);

  return function logMethod(this: Logger, args: Arguments, method: LogFn, level: number): void {
    const kind = level >= WARN && level < FATAL ? kindOf(args, level) : null;
    const seen = kind === null ? undefined : kinds.get(kind);
    if (kind === null || (seen === undefined && kinds.size >= MAX_KINDS)) {
      method.apply(this, args);
      return;
    }
    if (seen === undefined) {
      kinds.set(kind, { repeated: 0, write: () => {} });
      method.apply(this, args);
      watch(kind);
      return;
    }
    seen.repeated++;
    seen.write = () => method.apply(this, withCount(args, seen.repeated));
  };
}

/** Lines are of one kind if they differ in numbers only: another buyer, shop or route makes another kind. */
function kindOf(args: Arguments, level: number): string {
  const [first, message] = args as unknown as [unknown, unknown];
  if (typeof first !== "object" || first === null) return `${level} ${String(first)}`;
  const fields = Object.entries(first).flatMap(([name, value]) => {
    if (value instanceof Error)
      return [`${name}=${String(Reflect.get(value, "code") ?? value.name)} ${plain(value.message)}`];
    if (typeof value === "string") return [`${name}=${name === "reason" ? plain(value) : value}`];
    return name === "status" ? [`${name}=${String(value)}`] : [];
  });
  return [level, message, ...fields].join("|");
}

/** A text of an error without its numbers and addresses. */
const plain = (text: string): string => text.replace(/[0-9a-f-]{16,}|\d+/gi, "#");

function withCount(args: Arguments, repeated: number): Arguments {
  const [first, ...rest] = args as unknown as [unknown, ...unknown[]];
  const counted =
    typeof first === "object" && first !== null ? [{ ...first, repeated }, ...rest] : [{ repeated }, first];
  return counted as unknown as Arguments;
}
