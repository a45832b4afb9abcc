/**
 * The set-up of an Aliyun channel: QuerySmsSignList, QuerySmsTemplateList, and of each approved signature that is used GetSmsSign, which has the
 * carriers' registration. Aliyun's SMS tells no balance: an empty account shows as isv.AMOUNT_NOT_ENOUGH.
 */
import type { ChannelFinding, NameState, UsedNames } from "../../core/seams/channel-check.ts";
import { type Asked, CREDENTIALS_OK, namesFound, readAsked, refused } from "../check-parts.ts";
import { plainCode } from "../code-table.ts";
import type { HttpAnswer } from "../http-client.ts";
import { jsonOf } from "../json-answer.ts";
import { aliyunCodes } from "./codes.ts";

export type AskAliyun = (action: string, query: Readonly<Record<string, string>>) => Promise<HttpAnswer>;

type Found = { readonly state: NameState; readonly message: string };

const PAGE = 50;
/** An account has a few hundred names at most. */
const MAX_PAGES = 20;
const CREDENTIALS = /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidTimeStamp|IncompleteSignature)/;

export const aliyunCheck =
  (ask: AskAliyun) =>
  async ({ signs, templates }: UsedNames): Promise<readonly ChannelFinding[]> => {
    const signList = await listNames(ask, SIGNS, signs);
    if (!signList.ok) return [signList.finding];
    const found = new Map(signList.found);
    const registered: ChannelFinding[] = [];
    for (const name of signs) {
      if (found.get(name)?.state !== "approved") continue;
      const registration = await registrationOf(ask, name);
      if ("about" in registration) registered.push(registration);
      else found.set(name, registration);
    }
    const findings = [CREDENTIALS_OK, ...namesFound("sign", signs, found), ...registered];
    if (templates.length === 0) return findings;
    const templateList = await listNames(ask, TEMPLATES, templates);
    return [
      ...findings,
      ...(templateList.ok ? namesFound("template", templates, templateList.found) : [templateList.finding]),
    ];
  };

const SIGNS = { action: "QuerySmsSignList", list: "SmsSignList", name: "SignName" } as const;
const TEMPLATES = { action: "QuerySmsTemplateList", list: "SmsTemplateList", name: "TemplateCode" } as const;

type Listed =
  | { readonly ok: true; readonly found: ReadonlyMap<string, Found> }
  | { readonly ok: false; readonly finding: ChannelFinding };

/** Pages until all that are used are found. */
async function listNames(
  ask: AskAliyun,
  kind: typeof SIGNS | typeof TEMPLATES,
  used: readonly string[],
): Promise<Listed> {
  const found = new Map<string, Found>();
  for (let page = 1; page <= MAX_PAGES; page++) {
    const asked = answered(await ask(kind.action, { PageIndex: String(page), PageSize: String(PAGE) }));
    if (!asked.ok) return asked;
    const rows = Array.isArray(asked.answer[kind.list]) ? (asked.answer[kind.list] as unknown[]) : [];
    for (const row of rows) {
      const { [kind.name]: name, AuditStatus: status } = jsonOf(row) ?? {};
      if (typeof name === "string") found.set(name, auditOf(status));
    }
    if (rows.length < PAGE || used.every((name) => found.has(name))) break;
  }
  return { ok: true, found };
}

function answered(answer: HttpAnswer): Asked {
  const asked = readAsked(answer);
  if (!asked.ok) return asked;
  const code = plainCode(asked.answer.Code);
  return code === "OK" ? asked : { ok: false, finding: refused(aliyunCodes, code, CREDENTIALS) };
}

/** The documents of the template list spell the last one AUDIT_SATE_CANCEL. */
function auditOf(status: unknown): Found {
  if (status === "AUDIT_STATE_PASS") return { state: "approved", message: "approved" };
  if (status === "AUDIT_STATE_INIT") return { state: "pending", message: "still in review" };
  if (status === "AUDIT_STATE_CANCEL" || status === "AUDIT_SATE_CANCEL")
    return { state: "refused", message: "its review was withdrawn" };
  return { state: "refused", message: "not approved" };
}

/** Carriers drop what carries a signature that is not registered with them by the account's real name. Registering takes 5 to 10 working days. */
async function registrationOf(ask: AskAliyun, name: string): Promise<Found | ChannelFinding> {
  const asked = answered(await ask("GetSmsSign", { SignName: name }));
  if (!asked.ok) return asked.finding;
  const rows = Array.isArray(asked.answer.SignIspRegisterDetailList)
    ? (asked.answer.SignIspRegisterDetailList as unknown[])
    : [];
  const dropped: string[] = [];
  const waiting: string[] = [];
  for (const row of rows) {
    const { OperatorCode: operator, RegisterStatus: status, RegisterStatusReasons: reasons } = jsonOf(row) ?? {};
    const [reason] = Array.isArray(reasons) ? (reasons as unknown[]) : [];
    const code = plainCode(jsonOf(reason)?.ReasonCode);
    const carrier = `${plainCode(operator)}${code === "unreadable" ? "" : ` (${code})`}`;
    if (status === -1) waiting.push(carrier);
    else if (status !== 1 && status !== 3) dropped.push(carrier);
  }
  if (dropped.length > 0)
    return { state: "limited", message: `not registered with ${dropped.join(", ")}, which drops its messages` };
  if (waiting.length > 0)
    return { state: "pending", message: `its registration with ${waiting.join(", ")} is under way` };
  return { state: "approved", message: "approved and registered" };
}
