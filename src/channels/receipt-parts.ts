/** The parts that the readers of receipts share. */
import { timingSafeEqual } from "node:crypto";
import type { ReceiptAnswer, Verified } from "../core/seams/receipt.ts";

export type Json = Readonly<Record<string, unknown>>;

export const no = (message: string): Verified => ({ ok: false, message });
export const OK: Verified = { ok: true };

export const text = (body: string, type = "text/plain"): ReceiptAnswer => ({ status: 200, type, body });
export const json = (body: object): ReceiptAnswer => text(JSON.stringify(body), "application/json");

export function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** null: it is neither an object nor a list of objects. One object is a list of one. */
export function listOf(value: unknown): readonly Json[] | null {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every(isObject) ? list : null;
}

export function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value.replaceAll("\0", "") : null;
}

/** `2026-11-10 20:00:00` at UTC+8, as the providers of China write it. */
export function chinaTime(value: unknown): number | null {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(textOf(value) ?? "");
  const at = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}+08:00`);
  return Number.isNaN(at) ? null : at;
}

/** Seconds since 1970, as a number or a text. */
export function secondsTime(value: unknown): number | null {
  const seconds = Number(textOf(value) ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

export function countOf(value: unknown): number | null {
  const count = Number(value);
  return value != null && Number.isInteger(count) && count > 0 && count <= 1_000 ? count : null;
}
