/** The set-up of a WhatsApp channel: the state of its number, and of the templates if the business account is configured. */
import type { ChannelFinding, NameState, UsedNames } from "../../core/seams/channel-check.ts";
import { type Asked, CREDENTIALS_OK, namesFound, notChecked, readAsked, refused } from "../check-parts.ts";
import { plainCode } from "../code-table.ts";
import type { HttpAnswer } from "../http-client.ts";
import { jsonOf } from "../json-answer.ts";
import { whatsappCodes } from "./codes.ts";

/** `path`: behind the version. */
export type AskWhatsapp = (path: string) => Promise<HttpAnswer>;

type Found = { readonly state: NameState; readonly message: string };

const PAGE = 200;
const MAX_PAGES = 10;
const CREDENTIALS = /^(190|102|10|2\d\d)$/;

export const whatsappCheck =
  (ask: AskWhatsapp, phoneNumberId: string, businessAccountId: string | undefined) =>
  async ({ templates }: UsedNames): Promise<readonly ChannelFinding[]> => {
    const number = answered(await ask(`${encodeURIComponent(phoneNumberId)}?fields=status,name_status,quality_rating`));
    if (!number.ok) return [number.finding];
    const findings: ChannelFinding[] = [
      CREDENTIALS_OK,
      { about: "sender", name: phoneNumberId, ...numberOf(number.answer) },
    ];
    if (templates.length === 0) return findings;
    if (businessAccountId === undefined)
      return [
        ...findings,
        notChecked("not_configured", "set businessAccountId of the channel to have its templates checked"),
      ];
    const list = await listTemplates(ask, businessAccountId, templates);
    return [...findings, ...(list.ok ? namesFound("template", templates, list.found) : [list.finding])];
  };

function answered(answer: HttpAnswer): Asked {
  const asked = readAsked(answer);
  if (!asked.ok || (asked.status < 300 && asked.answer.error === undefined)) return asked;
  return { ok: false, finding: refused(whatsappCodes, plainCode(jsonOf(asked.answer.error)?.code), CREDENTIALS) };
}

function numberOf({ status, name_status: name, quality_rating: quality }: Readonly<Record<string, unknown>>): Found {
  if (status !== "CONNECTED" && status !== undefined)
    return status === "PENDING" || status === "UNVERIFIED"
      ? { state: "pending", message: "the number is not verified yet" }
      : status === "FLAGGED" || status === "RATE_LIMITED"
        ? { state: "limited", message: `the number is limited for its quality (${plainCode(status)})` }
        : { state: "refused", message: `the number may not send (${plainCode(status)})` };
  if (name === "DECLINED" || name === "EXPIRED")
    return { state: "limited", message: `its display name is not approved (${plainCode(name)})` };
  if (quality === "RED") return { state: "limited", message: "its quality is low: WhatsApp may limit it" };
  return { state: "approved", message: "connected" };
}

type Listed =
  | { readonly ok: true; readonly found: ReadonlyMap<string, Found> }
  | { readonly ok: false; readonly finding: ChannelFinding };

async function listTemplates(ask: AskWhatsapp, account: string, used: readonly string[]): Promise<Listed> {
  const found = new Map<string, Found>();
  let after = "";
  for (let page = 0; page < MAX_PAGES; page++) {
    const more = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
    const path = `${encodeURIComponent(account)}/message_templates?fields=name,language,status&limit=${PAGE}${more}`;
    const asked = answered(await ask(path));
    if (!asked.ok) return asked;
    const rows = Array.isArray(asked.answer.data) ? (asked.answer.data as unknown[]) : [];
    for (const row of rows) {
      const { name, language, status } = jsonOf(row) ?? {};
      if (typeof name === "string" && typeof language === "string")
        found.set(`${name}/${language}`, templateOf(status));
    }
    const next = jsonOf(jsonOf(asked.answer.paging)?.cursors)?.after;
    if (rows.length < PAGE || typeof next !== "string" || used.every((name) => found.has(name))) break;
    after = next;
  }
  return { ok: true, found };
}

function templateOf(status: unknown): Found {
  if (status === "APPROVED") return { state: "approved", message: "approved" };
  if (status === "PENDING" || status === "IN_APPEAL") return { state: "pending", message: "still in review" };
  return { state: "refused", message: `may not be used (${plainCode(status)})` };
}
