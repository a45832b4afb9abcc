import { expect, it } from "vitest";
import { aliyunCodes } from "../../../src/channels/aliyun-sms/codes.ts";
import { meaningOf } from "../../../src/channels/code-table.ts";
import { tencentCodes } from "../../../src/channels/tencent-sms/codes.ts";

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
