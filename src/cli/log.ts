/** Logs: JSON lines by pino, pretty on a terminal. They hold ids and counts, never an address, a text or a secret. */
import { type Logger, pino } from "pino";
import pretty from "pino-pretty";
import { explainDbError } from "../db/explain-error.ts";
import { countRepeats } from "./log-repeats.ts";

/** `to`: 1 is stdout, for services; 2 is stderr, for commands, whose answer goes to stdout. */
export function createLog(level: string, to: 1 | 2): Logger {
  const stream = process.stdout.isTTY
    ? pretty({ destination: to, sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss", singleLine: true })
    : pino.destination({ fd: to, sync: true });
  return pino(
    {
      level,
      base: null,
      ...(to === 1 ? { hooks: { logMethod: countRepeats() } } : {}),
      serializers: {
        // A driver's error can hold a statement with its parameters, and a provider's error the request. Only known fields are logged.
        err: (error: unknown) => describe(error),
      },
    },
    stream,
  );
}

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error).slice(0, 300) };
  const code: unknown = Reflect.get(error, "code");
  const isDb = error.name === "PostgresError" || typeof Reflect.get(error, "severity") === "string";
  const frames = (error.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .slice(0, 6);
  return {
    type: error.name,
    message: isDb ? explainDbError(error) : error.message.slice(0, 500),
    ...(typeof code === "string" ? { code } : {}),
    at: frames.map((line) => line.trim()),
  };
}
