/** The set-up of a Tencent channel: SmsPackagesStatistics, DescribeSmsSignList, DescribeSmsTemplateList. */
import type { ChannelFinding, NameState, UsedNames } from "../../core/seams/channel-check.ts";
import { DAY, HOUR } from "../../core/values/duration.ts";
import { type Asked, CREDENTIALS_OK, namesFound, readAsked, refused } from "../check-parts.ts";
import { plainCode } from "../code-table.ts";
import type { HttpAnswer } from "../http-client.ts";
import { type Json, jsonOf } from "../json-answer.ts";
import { tencentCodes } from "./codes.ts";

export type AskTencent = (action: string, asked: object) => Promise<HttpAnswer>;

type Found = { readonly state: NameState; readonly message: string };

const PAGE = 100;
const MAX_PAGES = 10;
/** Packages are listed by when they were bought. They are valid for two years. */
const BOUGHT_WITHIN = 1_000 * DAY;
const CREDENTIALS = /^AuthFailure/;

export const tencentCheck =
  (ask: AskTencent, sdkAppId: string, now: () => number) =>
  async ({ signs, templates }: UsedNames): Promise<readonly ChannelFinding[]> => {
    const packages = await packagesOf(ask, sdkAppId, now());
    const [first] = packages;
    // A refused key is refused every time.
    if (first?.about === "credentials" && !first.ok) return packages;
    const findings = [...packages];
    if (signs.length > 0) {
      const list = await listSigns(ask, signs);
      findings.push(...(list.ok ? namesFound("sign", signs, list.found) : [list.finding]));
    }
    if (templates.length > 0) {
      const list = await listTemplates(ask, templates);
      findings.push(...(list.ok ? namesFound("template", templates, list.found) : [list.finding]));
    }
    return findings;
  };

function answered(answer: HttpAnswer): Asked {
  const asked = readAsked(answer);
  if (!asked.ok) return asked;
  const response = jsonOf(asked.answer.Response);
  const error = jsonOf(response?.Error);
  if (response !== null && error === null) return { ...asked, answer: response };
  return { ok: false, finding: refused(tencentCodes, plainCode(error?.Code), CREDENTIALS) };
}

const rowsOf = (answer: Json, key: string): Json[] =>
  (Array.isArray(answer[key]) ? (answer[key] as unknown[]) : []).flatMap((row) => {
    const read = jsonOf(row);
    return read === null ? [] : [read];
  });

/** An account without a valid package pays afterwards: nothing is known of its money. */
async function packagesOf(ask: AskTencent, sdkAppId: string, now: number): Promise<ChannelFinding[]> {
  const times = { BeginTime: hourOf(now - BOUGHT_WITHIN), EndTime: hourOf(now + HOUR) };
  const asked = answered(
    await ask("SmsPackagesStatistics", { SmsSdkAppId: sdkAppId, Limit: 500, Offset: 0, ...times }),
  );
  if (!asked.ok) return [asked.finding];
  let bought = 0;
  let left = 0;
  for (const row of rowsOf(asked.answer, "SmsPackagesStatisticsSet")) {
    const [amount, used, expires] = [row.PackageAmount, row.CurrentUsage, row.PackageExpiredTime].map(Number);
    if (amount === undefined || used === undefined || expires === undefined || !(expires * 1_000 > now)) continue;
    bought += amount;
    left += Math.max(0, amount - used);
  }
  const stock: ChannelFinding = { about: "package", account: `tencent-sms ${sdkAppId}`, left, bought };
  return bought > 0 ? [CREDENTIALS_OK, stock] : [CREDENTIALS_OK];
}

/** `2026111020` in Beijing. */
const hourOf = (ms: number): string => new Date(ms + 8 * HOUR).toISOString().slice(0, 13).replace(/[-T]/g, "");

type Listed =
  | { readonly ok: true; readonly found: ReadonlyMap<string, Found> }
  | { readonly ok: false; readonly finding: ChannelFinding };

/** Signatures for the mainland, then for abroad: the same name may be in both. */
async function listSigns(ask: AskTencent, used: readonly string[]): Promise<Listed> {
  const found = new Map<string, Found>();
  for (const International of [0, 1]) {
    for (let page = 0; page < MAX_PAGES; page++) {
      const asked = answered(await ask("DescribeSmsSignList", { International, Limit: PAGE, Offset: page * PAGE }));
      if (!asked.ok) return asked;
      const rows = rowsOf(asked.answer, "DescribeSignListStatusSet");
      for (const { SignName: name, StatusCode: status } of rows)
        if (typeof name === "string" && found.get(name)?.state !== "approved") found.set(name, stateOf(status, true));
      if (rows.length < PAGE) break;
    }
    if (used.every((name) => found.has(name))) break;
  }
  return { ok: true, found };
}

async function listTemplates(ask: AskTencent, used: readonly string[]): Promise<Listed> {
  const found = new Map<string, Found>();
  for (const International of [0, 1]) {
    const left = used.filter((id) => /^\d{1,15}$/.test(id) && !found.has(id));
    for (let at = 0; at < left.length; at += PAGE) {
      const TemplateIdSet = left.slice(at, at + PAGE).map(Number);
      const asked = answered(await ask("DescribeSmsTemplateList", { TemplateIdSet, International }));
      if (!asked.ok) return asked;
      for (const { TemplateId: id, StatusCode: status } of rowsOf(asked.answer, "DescribeTemplateStatusSet"))
        found.set(String(id), stateOf(status, false));
    }
  }
  return { ok: true, found };
}

function stateOf(status: unknown, isSign: boolean): Found {
  if (status === 0) return { state: "approved", message: "approved" };
  if (status === 1) return { state: "pending", message: "still in review" };
  if (status === 2) return { state: "pending", message: "approved, and not in force yet" };
  return { state: "refused", message: isSign ? "rejected, or not registered with the carriers" : "rejected" };
}
