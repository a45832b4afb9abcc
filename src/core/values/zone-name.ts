/** Time zones as people and programs write them: an IANA name, an offset, or an abbreviation, which may mean several zones. */
import { memo } from "./memo.ts";
import { isZone } from "./zone.ts";

export type ReadZone = { readonly ok: true; readonly zone: string } | { readonly ok: false; readonly fault: string };

/** The zones that an abbreviation may mean. Platforms choose one of them in silence, and not the same one. */
const AMBIGUOUS: Readonly<Record<string, readonly [string, string]>> = {
  CST: ["Asia/Shanghai", "America/Chicago"],
  IST: ["Asia/Kolkata", "Europe/Dublin"],
  BST: ["Europe/London", "Asia/Dhaka"],
  EST: ["America/New_York", "America/Panama"],
  MST: ["America/Denver", "America/Phoenix"],
  PST: ["America/Los_Angeles", "Asia/Manila"],
  AST: ["America/Halifax", "Asia/Riyadh"],
  ACT: ["Australia/Darwin", "America/Rio_Branco"],
  AMT: ["America/Manaus", "Asia/Yerevan"],
  ART: ["America/Argentina/Buenos_Aires", "Africa/Cairo"],
  BRT: ["America/Sao_Paulo", "Asia/Brunei"],
  CAT: ["Africa/Maputo", "America/Anchorage"],
  CDT: ["America/Chicago", "America/Havana"],
  CNT: ["America/St_Johns", "Asia/Shanghai"],
  ECT: ["America/Guayaquil", "Europe/Paris"],
  GST: ["Asia/Dubai", "Atlantic/South_Georgia"],
  MIT: ["Pacific/Apia", "Pacific/Marquesas"],
  NST: ["America/St_Johns", "Pacific/Auckland"],
  PNT: ["America/Phoenix", "Pacific/Pitcairn"],
  SST: ["Pacific/Pago_Pago", "Asia/Singapore"],
  WST: ["Australia/Perth", "Pacific/Apia"],
};

/** `+08:00`, `+0800`, `+8`, each also behind UTC or GMT. */
const OFFSET = /^(?:UTC|GMT)?\s*([+\-\u2212])\s*(\d{1,2})(?::?(\d{2}))?$/i;
/** Zones without daylight saving for offsets that have no name of their own. */
const FIXED: Readonly<Record<string, string>> = {
  "+03:30": "Asia/Tehran",
  "+04:30": "Asia/Kabul",
  "+05:30": "Asia/Kolkata",
  "+05:45": "Asia/Kathmandu",
  "+06:30": "Asia/Yangon",
  "+08:45": "Australia/Eucla",
  "+09:30": "Australia/Darwin",
  "-09:30": "Pacific/Marquesas",
};
const UNKNOWN: ReadZone = {
  ok: false,
  fault: "is not an IANA time zone, like Asia/Shanghai, or an offset, like +08:00",
};
const MAX_NAMES = 1_000;

/**
 * The IANA name. An offset becomes a zone that has it all year: `UTC+8` is `Etc/GMT-8`, whose sign is that of POSIX and which itself stays as
 * it is. `fault` is to be put behind the name of the field.
 */
export const readZone = memo(MAX_NAMES, (text: string): ReadZone => {
  const name = text.replace(/^[\s\p{DI}]+|[\s\p{DI}]+$/gu, "");
  const offset = OFFSET.exec(name);
  if (offset !== null) return readOffset(offset);
  const several = AMBIGUOUS[name.toUpperCase()];
  if (several !== undefined)
    return { ok: false, fault: `${name} means several time zones: write ${several[0]} or ${several[1]}` };
  // Node 22 accepts offsets, too.
  if (/^[A-Za-z]/.test(name) && isZone(name)) return { ok: true, zone: name };
  return UNKNOWN;
});

function readOffset([text = "", sign = "", hours = "", minutes = "00"]: RegExpExecArray): ReadZone {
  const east = sign === "+";
  const [h, m] = [Number(hours), Number(minutes)];
  if (h > 14 || m > 59) return UNKNOWN;
  const whole = m === 0 && h <= (east ? 14 : 12);
  if (whole) return { ok: true, zone: h === 0 ? "UTC" : `Etc/GMT${east ? "-" : "+"}${h}` };
  const fixed = FIXED[`${east ? "+" : "-"}${hours.padStart(2, "0")}:${minutes}`];
  if (fixed !== undefined) return { ok: true, zone: fixed };
  return {
    ok: false,
    fault: `${text} is no time zone without daylight saving: write its IANA name, like America/St_Johns`,
  };
}
