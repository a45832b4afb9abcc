/** Instants as they leave the program: RFC 3339 with the offset of a zone. */
import { formatInstant } from "../core/values/instant.ts";
import { offsetMinutes } from "../core/values/zone.ts";

/** Epoch ms → RFC 3339. An absent instant is null. */
export type WriteInstant = {
  (ms: number): string;
  (ms: number | null | undefined): string | null;
};

export function instantWriter(zone: string): WriteInstant {
  function write(ms: number): string;
  function write(ms: number | null | undefined): string | null;
  function write(ms: number | null | undefined): string | null {
    return ms == null ? null : formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
  }
  return write;
}
