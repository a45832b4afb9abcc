/** Times of Chinese platforms: `2026-11-10 20:00:00` at UTC+8, without saying so. Absent ones are empty. */
import { formatInstant, parseInstant } from "../core/values/instant.ts";
import { textOf } from "./json.ts";

const OFFSET_MINUTES = 480;

/** RFC 3339; null: there is no such time. */
export function chinaInstant(value: unknown): string | null {
  const [, day = "", time = ""] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?$/.exec(textOf(value, 40) ?? "") ?? [];
  const text = `${day}T${time}+08:00`;
  return parseInstant(text) === null ? null : text;
}

export const inChina = (ms: number): string => formatInstant(ms, OFFSET_MINUTES);

/** As the platforms want it in a call. */
export const chinaText = (ms: number): string =>
  inChina(Math.floor(ms / 1000) * 1000)
    .slice(0, 19)
    .replace("T", " ");
