/** https://help.aliyun.com/document_detail/101346.html: the codes of SendSms. Sends abroad report them without `isv.`. */
import type { SendOutcome } from "../../core/seams/channel.ts";
import { type CodeFacts, type CodeTable, type Meaning, outcomeOf } from "../code-table.ts";

const refused = (words: string): Meaning => ({ means: "refused", words });
const channel = (words: string): Meaning => ({ means: "channel", words });

const ISV: Readonly<Record<string, Meaning>> = {
  MOBILE_NUMBER_ILLEGAL: refused("the provider takes no such number"),
  MOBILE_COUNT_OVER_LIMIT: refused("the provider takes no such number"),
  DOMESTIC_NUMBER_NOT_SUPPORTED: refused("the template is for numbers abroad, and the number is in mainland China"),
  TEMPLATE_MISSING_PARAMETERS: refused("a parameter of the approved template is missing"),
  PARAM_LENGTH_LIMIT: refused("a parameter is too long"),
  PARAM_NOT_SUPPORT_URL: refused("a parameter holds a link"),
  BLACK_KEY_CONTROL_LIMIT: refused("a parameter holds a forbidden word"),
  SMS_CONTENT_ILLEGAL: refused("the text holds forbidden words"),
  INVALID_JSON_PARAM: refused("the parameters do not fit the approved template"),
  SMS_SIGNATURE_ILLEGAL: channel("the signature is not approved: check signName"),
  SMS_SIGN_ILLEGAL: channel("the signature is not approved: check signName"),
  SIGN_STATE_ILLEGAL: channel("the signature may not be used now: look at its state in the console of Aliyun"),
  SMS_SIGNATURE_SCENE_ILLEGAL: channel("the signature is not for this kind of template"),
  SMS_TEMPLATE_ILLEGAL: channel("the template is not approved: check templateCode"),
  EXTEND_CODE_ERROR: channel("the extension code is used by another signature"),
  DENY_IP_RANGE: channel("the address of this machine is not allowed there"),
  INVALID_PARAMETERS: channel("the request does not fit: check the channel's settings"),
  ACCOUNT_NOT_EXISTS: channel("there is no such account"),
  ACCOUNT_ABNORMAL: channel("the account is blocked"),
  AMOUNT_NOT_ENOUGH: channel("the account has no money left: top it up, and resume the channel"),
  OUT_OF_SERVICE: channel("the account is suspended, mostly because it owes money"),
  PRODUCT_UN_SUBSCRIPT: channel("the account has not activated SMS"),
  PRODUCT_UNSUBSCRIBE: channel("the account has not activated SMS"),
  BUSINESS_LIMIT_CONTROL: { means: "later", words: "the number got too many messages of late", ofAddress: true },
  DAY_LIMIT_CONTROL: { means: "channel", words: "the account's own limit for this day is reached", until: "tomorrow" },
  MONTH_LIMIT_CONTROL: {
    means: "channel",
    words: "the account's own limit for this month is reached",
    until: "next month",
  },
};

export const aliyunCodes: CodeTable = {
  provider: "aliyun-sms",
  zone: "Asia/Shanghai",
  codes: {
    ...Object.fromEntries(Object.entries(ISV).map(([code, meaning]) => [`isv.${code}`, meaning])),
    "isp.RAM_PERMISSION_DENY": channel("the access key may not send SMS: grant it AliyunDysmsFullAccess"),
    "InvalidAccessKeyId.*": channel("there is no such access key: check accessKeyId"),
    SignatureDoesNotMatch: channel("the signature of the request does not match: check accessKeySecret"),
    InvalidTimeStamp: channel("the clock of this machine is wrong"),
    "InvalidTimeStamp.*": channel("the clock of this machine is wrong"),
    "Throttling*": { means: "later", words: "too many requests at once" },
    "isp.SYSTEM_ERROR": { means: "unknown", words: "the provider failed; it may have sent the message" },
    ServiceUnavailable: { means: "unknown", words: "the provider failed; it may have sent the message" },
  },
};

/** `said`: the provider's words. They alone tell how long a number gets no more messages. */
export function aliyunOutcome(code: string, said: string, facts: CodeFacts): SendOutcome {
  const known = !code.includes(".") && Object.hasOwn(ISV, code) ? `isv.${code}` : code;
  if (known !== "isv.BUSINESS_LIMIT_CONTROL" || !said.includes("天级")) return outcomeOf(aliyunCodes, known, facts);
  const day: CodeTable = {
    ...aliyunCodes,
    codes: {
      [known]: { means: "later", words: "the number got too many messages today", until: "tomorrow", ofAddress: true },
    },
  };
  return outcomeOf(day, known, facts);
}
