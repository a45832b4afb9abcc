/** Logs: pino, JSON lines on stdout (pretty on a terminal). Ids and counts only: never an address, a text or a secret. */
import { type Logger, pino } from "pino";
import pretty from "pino-pretty";
import { explainDbError } from "../db/client.ts";

/** `to`: 1 is stdout (services), 2 is stderr (commands, whose stdout is their answer). */
export function createLog(level: string, to: 1 | 2): Logger {
  const stream = process.stdout.isTTY
    ? pretty({ destination: to, sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" })
    : pino.destination({ fd: to, sync: true });
  return pino(
    {
      level,
      base: null,
      serializers: {
        // A driver's error can hold the statement with its parameters, a provider's the request: only what we know is safe.
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
