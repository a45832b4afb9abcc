/** Reads the JSON answers of the named providers. They cannot drop a repetition: if an answer cannot be read, the message may have been sent. */
import type { SendOutcome } from "../core/seams/channel.ts";
import type { ReadBody } from "./http-client.ts";
import { unknown } from "./http-outcome.ts";

export type Json = Readonly<Record<string, unknown>>;

export const BAD_ANSWER = unknown("bad_answer", "the provider's answer cannot be read; it may have sent the message");

export const jsonAnswer =
  (status: number, read: (answer: Json) => SendOutcome): ReadBody =>
  (body) => {
    const answer = body === null ? null : parseObject(body);
    if (answer !== null) return read(answer);
    if (status < 500) return BAD_ANSWER;
    return unknown(`http_${status}`, `the provider answered ${status}; it may have sent the message`);
  };

export const stringOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= 200 ? value : null;

export const jsonOf = (value: unknown): Json | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;

export function parseObject(body: Buffer): Json | null {
  try {
    return jsonOf(JSON.parse(body.toString("utf8")));
  } catch {
    return null;
  }
}
