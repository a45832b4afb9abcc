import { expect, it } from "vitest";
import { aliyunCodes } from "../../../src/channels/aliyun-sms/codes.ts";
import { type CodeTable, meaningOf, outcomeOf } from "../../../src/channels/code-table.ts";
import { dingtalkCodes } from "../../../src/channels/notices/dingtalk.ts";
import { feishuCodes } from "../../../src/channels/notices/feishu.ts";
import { slackCodes } from "../../../src/channels/notices/slack.ts";
import { wecomCodes } from "../../../src/channels/notices/wecom.ts";
import { smtpCodes } from "../../../src/channels/smtp/codes.ts";
import { tencentCodes } from "../../../src/channels/tencent-sms/codes.ts";
import { twilioCodes } from "../../../src/channels/twilio-sms/codes.ts";
import { statusReceipt } from "../../../src/channels/twilio-sms/receipt.ts";
import { wechatCodes } from "../../../src/channels/wechat/codes.ts";
import { whatsappCodes } from "../../../src/channels/whatsapp/codes.ts";

const HOUR = 3_600_000;

it("knows a code by its last part, whatever stands before it", () => {
  expect(meaningOf(tencentCodes, "LimitExceeded.PhoneNumberDailyLimit")?.until).toBe("tomorrow");
  expect(meaningOf(tencentCodes, "FailedOperation.PhoneNumberDailyLimit")?.until).toBe("tomorrow");
  expect(meaningOf(aliyunCodes, "AMOUNT_NOT_ENOUGH")?.means).toBe("channel");
  expect(meaningOf(aliyunCodes, "isv.AMOUNT_NOT_ENOUGH")?.means).toBe("channel");
});

it("knows no code that only resembles one", () => {
  for (const code of ["LimitExceeded.PhoneNumber", "", ".", "*", "NewPhoneNumberDailyLimit", "toString"])
    expect(meaningOf(tencentCodes, code), code).toBeNull();
});

/** The codes that the providers' pages and forums name, and what they say of the message. */
const DOCUMENTED: readonly (readonly [CodeTable, Readonly<Record<string, string>>])[] = [
  [
    aliyunCodes,
    {
      refused: `isv.MOBILE_NUMBER_ILLEGAL isv.MOBILE_COUNT_OVER_LIMIT isv.DOMESTIC_NUMBER_NOT_SUPPORTED isv.TEMPLATE_MISSING_PARAMETERS
        isv.PARAM_LENGTH_LIMIT isv.PARAM_NOT_SUPPORT_URL isv.BLACK_KEY_CONTROL_LIMIT isv.SMS_CONTENT_ILLEGAL isv.INVALID_JSON_PARAM
        MOBILE_NUMBER_ILLEGAL`,
      channel: `isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL isv.SIGN_STATE_ILLEGAL isv.SMS_SIGNATURE_SCENE_ILLEGAL
        isv.SMS_TEMPLATE_ILLEGAL isv.EXTEND_CODE_ERROR isv.DENY_IP_RANGE isv.INVALID_PARAMETERS isv.ACCOUNT_NOT_EXISTS
        isv.ACCOUNT_ABNORMAL isv.AMOUNT_NOT_ENOUGH isv.OUT_OF_SERVICE isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE
        isp.RAM_PERMISSION_DENY InvalidAccessKeyId.NotFound InvalidTimeStamp.Expired SignatureDoesNotMatch isv.DAY_LIMIT_CONTROL isv.MONTH_LIMIT_CONTROL`,
      later: "isv.BUSINESS_LIMIT_CONTROL Throttling Throttling.User Throttling.Api",
      unknown: "isp.SYSTEM_ERROR ServiceUnavailable",
    },
  ],
  [
    tencentCodes,
    {
      refused: `FailedOperation.PhoneNumberInBlacklist InvalidParameterValue.IncorrectPhoneNumber FailedOperation.PhoneNumberParseFail
        FailedOperation.ContainSensitiveWord InvalidParameterValue.ProhibitedUseUrlInTemplateParameter
        InvalidParameterValue.TemplateParameterLengthLimit InvalidParameterValue.ContentLengthLimit
        FailedOperation.TemplateParamSetNotMatchApprovedTemplate`,
      channel: `FailedOperation.SignatureIncorrectOrUnapproved FailedOperation.TemplateIncorrectOrUnapproved
        FailedOperation.TemplateUnapprovedOrNotExist FailedOperation.MarketingTemplateWithoutUnsubscribe
        FailedOperation.InsufficientBalanceInSmsPackage AuthFailure.SignatureExpire AuthFailure.SignatureFailure
        UnauthorizedOperation.ServiceSuspendDueToArrears UnauthorizedOperation.SmsSdkAppIdVerifyFail
        UnauthorizedOperation.RequestIpNotInWhitelist UnauthorizedOperation.SdkAppIdIsDisabled
        UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber
        LimitExceeded.AppDailyLimit LimitExceeded.AppMainlandChinaDailyLimit LimitExceeded.DailyLimit`,
      later: `RequestLimitExceeded RequestLimitExceeded.UinLimitExceeded LimitExceeded.PhoneNumberThirtySecondLimit
        LimitExceeded.PhoneNumberOneHourLimit LimitExceeded.DeliveryFrequencyLimit LimitExceeded.PhoneNumberDailyLimit
        LimitExceeded.PhoneNumberSameContentDailyLimit FailedOperation.MarketingSendTimeConstraint`,
      unknown:
        "InternalError InternalError.Timeout InternalError.SendAndRecvFail InternalError.OtherError InternalError.UnknownError",
    },
  ],
  [
    twilioCodes,
    {
      refused: "21211 21214 21614 21610 21617 30004 30005 30006 30007 63003 63016",
      channel: "20003 21408 21612 21606 30002 30034 30010",
      later: "20429 30001 30022 63018",
      unknown: "20500",
    },
  ],
  [
    whatsappCodes,
    {
      refused: "131026 131047 131050 131049 130472 131021 132000 132005 132012 132018 100",
      channel: "190 10 200 230 299 131042 133010 132001 132007 132015 132016 131031 368",
      later: "130429 4 80007 131056 131048 131053 133004",
      unknown: "131000 131016 1 2",
    },
  ],
  [
    wechatCodes,
    {
      refused: "43101 40003 47003",
      channel: "40037 41030 48001 40125 40164 45009",
      later: "40001 40014 42001 45011",
      unknown: "-1",
    },
  ],
  [smtpCodes, { refused: "550 551 552 553 554", channel: "535", later: "421 450 451 452" }],
  [dingtalkCodes, { refused: "310000", later: "130101 410100 660026" }],
  [feishuCodes, { refused: "19021 19022 19024 9499", later: "11232" }],
  [wecomCodes, { refused: "93000", later: "45009" }],
  [slackCodes, { refused: "invalid_payload action_prohibited no_service channel_not_found channel_is_archived" }],
];

it.each(DOCUMENTED)("knows each documented code: $provider", (table, documented) => {
  for (const [means, codes] of Object.entries(documented))
    for (const code of codes.split(/\s+/)) expect(`${code} ${meaningOf(table, code)?.means}`).toBe(`${code} ${means}`);
});

it("takes a code of Twilio's receipts that does not last as no definite failure", () => {
  const isDefinite = (code: string) => statusReceipt({ status: "undelivered", code, to: null })?.definite;
  expect(["30003", "30008", "30036", "30410"].map(isDefinite)).toEqual([false, false, false, false]);
  expect(["30005", "30006", "30007"].map(isDefinite)).toEqual([true, true, true]);
});

it.each([
  ["07:59:59", "FailedOperation.MarketingSendTimeConstraint", { retryAfterMs: 1_000 }],
  ["22:00:00", "FailedOperation.MarketingSendTimeConstraint", { retryAfterMs: 10 * HOUR }],
  ["22:00:00", "LimitExceeded.PhoneNumberDailyLimit", { retryAfterMs: 2 * HOUR }],
  ["22:00:00", "LimitExceeded.AppDailyLimit", { resumeInMs: 2 * HOUR }],
])("at %s in Beijing %s holds until its own time", (time, code, expected) => {
  const now = Date.parse(`2026-11-30T${time}+08:00`);
  expect(outcomeOf(tencentCodes, code, { now, status: 200 })).toMatchObject(expected);
});

it("knows the next month, also in December", () => {
  const now = Date.parse("2026-12-31T23:00:00+08:00");
  expect(outcomeOf(aliyunCodes, "isv.MONTH_LIMIT_CONTROL", { now, status: 200 })).toMatchObject({ resumeInMs: HOUR });
});
