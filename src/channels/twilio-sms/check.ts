/** The set-up of a Twilio channel: the state of the account and its balance. */
import type { ChannelFinding } from "../../core/seams/channel-check.ts";
import { CREDENTIALS_OK, notChecked, readAsked, refused } from "../check-parts.ts";
import { plainCode } from "../code-table.ts";
import type { HttpAnswer } from "../http-client.ts";
import { twilioCodes } from "./codes.ts";

/** `path`: below the account, with its ending: `.json`, `/Balance.json`. */
export type AskTwilio = (path: string) => Promise<HttpAnswer>;

/** 20404: there is no such account. */
const CREDENTIALS = /^(20003|20404|20008)$/;

export const twilioCheck = (ask: AskTwilio, accountSid: string) => async (): Promise<readonly ChannelFinding[]> => {
  const account = readAsked(await ask(".json"));
  if (!account.ok) return [account.finding];
  if (account.status >= 300) return [refused(twilioCodes, plainCode(account.answer.code), CREDENTIALS)];
  const findings = [CREDENTIALS_OK];
  const { status } = account.answer;
  if (status !== "active")
    findings.push({
      about: "sender",
      name: "account",
      state: "refused",
      message: status === "suspended" || status === "closed" ? `the account is ${status}` : "the account is not active",
    });
  const balance = readAsked(await ask("/Balance.json"));
  return [...findings, balance.ok ? balanceOf(balance.answer, accountSid) : balance.finding];
};

function balanceOf({ balance, currency, code }: Readonly<Record<string, unknown>>, accountSid: string): ChannelFinding {
  const amount = typeof balance === "string" && /^-?\d{1,12}(\.\d{1,12})?$/.test(balance) ? Number(balance) : null;
  if (amount === null || typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency))
    return notChecked(plainCode(code), "the balance cannot be read");
  return { about: "balance", account: `twilio-sms ${accountSid}`, micros: Math.round(amount * 1e6), currency };
}
