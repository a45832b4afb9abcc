/** Shared by the checks of channels (`check.ts` of each folder): one question over HTTP, and the findings that every provider has. */
import type { ChannelFinding, NameState } from "../core/seams/channel-check.ts";
import { type CodeTable, meaningOf } from "./code-table.ts";
import type { HttpAnswer } from "./http-client.ts";
import { type Json, parseObject } from "./json-answer.ts";

export type Asked =
  | { readonly ok: true; readonly status: number; readonly answer: Json }
  | { readonly ok: false; readonly finding: ChannelFinding };

/** A JSON object of any status; else the finding that nothing is known. */
export function readAsked(answer: HttpAnswer): Asked {
  if (!answer.ok) return { ok: false, finding: notChecked(answer.code, answer.message) };
  const json = parseObject(answer.body);
  if (json !== null) return { ok: true, status: answer.status, answer: json };
  return { ok: false, finding: notChecked(`http_${answer.status}`, "the provider's answer cannot be read") };
}

export const notChecked = (code: string, message: string): ChannelFinding => ({ about: "check", code, message });

export const CREDENTIALS_OK: ChannelFinding = {
  about: "credentials",
  ok: true,
  code: null,
  message: "the provider takes the credentials",
};

/** The finding of a refused question. `credentials`: the codes that say that these are wrong; after any other code nothing is known about them. */
export function refused(table: CodeTable, code: string, credentials: RegExp): ChannelFinding {
  const words = meaningOf(table, code)?.words ?? "the provider refused the question";
  return credentials.test(code) ? { about: "credentials", ok: false, code, message: words } : notChecked(code, words);
}

/** The finding of each name that is used: what the provider says of it, or that it has none. */
export function namesFound(
  about: "sign" | "template",
  used: readonly string[],
  found: ReadonlyMap<string, { readonly state: NameState; readonly message: string }>,
): ChannelFinding[] {
  const missing = { state: "missing", message: "the account has none of this name" } as const;
  return used.map((name) => ({ about, name, ...(found.get(name) ?? missing) }));
}
