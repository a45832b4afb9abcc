/** https://cloud.tencent.com/document/api/382/52075: the codes of SendSms. */
import type { CodeTable, Meaning } from "../code-table.ts";

const refused = (words: string): Meaning => ({ means: "refused", words });
const channel = (words: string): Meaning => ({ means: "channel", words });
const ofNumber = (words: string): Meaning => ({ means: "later", words, ofAddress: true });
const tomorrow = (words: string): Meaning => ({ ...ofNumber(words), until: "tomorrow" });

export const tencentCodes: CodeTable = {
  provider: "tencent-sms",
  zone: "Asia/Shanghai",
  codes: {
    "FailedOperation.PhoneNumberInBlacklist": {
      means: "refused",
      words: "the number opted out at the provider",
      wish: "out",
    },
    "InvalidParameterValue.IncorrectPhoneNumber": refused("the provider takes no such number"),
    "FailedOperation.PhoneNumberParseFail": refused("the provider takes no such number"),
    "FailedOperation.ContainSensitiveWord": refused("the text holds forbidden words"),
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": refused("a parameter holds a link"),
    "InvalidParameterValue.TemplateParameterLengthLimit": refused("a parameter is too long"),
    "InvalidParameterValue.ContentLengthLimit": refused("the text is too long"),
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": refused(
      "the parameters do not fit the approved template",
    ),
    "FailedOperation.SignatureIncorrectOrUnapproved": channel("the signature is not approved: check signName"),
    "FailedOperation.TemplateIncorrectOrUnapproved": channel("the template is not approved: check templateId"),
    "FailedOperation.TemplateUnapprovedOrNotExist": channel("the template is not approved: check templateId"),
    "FailedOperation.MarketingTemplateWithoutUnsubscribe": channel("the marketing template says no way to refuse"),
    "FailedOperation.InsufficientBalanceInSmsPackage": channel(
      "the package of messages is used up: buy one, and resume the channel",
    ),
    "AuthFailure.SignatureExpire": channel("the clock of this machine is wrong"),
    "AuthFailure.*": channel("the credentials are refused: check secretId and secretKey"),
    "UnauthorizedOperation.ServiceSuspendDueToArrears": channel("the account owes money"),
    "UnauthorizedOperation.SmsSdkAppIdVerifyFail": channel("the application is not of this account: check sdkAppId"),
    "UnauthorizedOperation.RequestIpNotInWhitelist": channel("the address of this machine is not allowed there"),
    "UnauthorizedOperation.*": channel(
      "the account may not send this: look at its state in the console of Tencent Cloud",
    ),
    "UnsupportedOperation.*": channel("the account, signature or template is not for these numbers"),
    "RequestLimitExceeded*": { means: "later", words: "too many requests at once" },
    "LimitExceeded.PhoneNumberThirtySecondLimit": ofNumber("the number got a message within 30 seconds"),
    "LimitExceeded.PhoneNumberOneHourLimit": ofNumber("the number got too many messages this hour"),
    "LimitExceeded.DeliveryFrequencyLimit": ofNumber("the number got too many messages of late"),
    "LimitExceeded.PhoneNumberDailyLimit": tomorrow("the number got too many messages today"),
    "LimitExceeded.PhoneNumberSameContentDailyLimit": tomorrow("the number got this text too often today"),
    "FailedOperation.MarketingSendTimeConstraint": {
      means: "later",
      words: "marketing messages go out from 08:00 to 22:00 only",
      until: "08:00",
    },
    "LimitExceeded.AppDailyLimit": {
      means: "channel",
      words: "the application's limit for this day is reached",
      until: "tomorrow",
    },
    "LimitExceeded.AppMainlandChinaDailyLimit": {
      means: "channel",
      words: "the application's limit for this day is reached",
      until: "tomorrow",
    },
    "LimitExceeded.DailyLimit": {
      means: "channel",
      words: "the account's limit for this day is reached",
      until: "tomorrow",
    },
    "InternalError*": { means: "unknown", words: "the provider failed; it may have sent the message" },
  },
};
