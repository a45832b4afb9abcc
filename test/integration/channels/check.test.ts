/** The answers of providers about the set-up of their channels: each question is signed as documented, each answer becomes findings. */
import { createHash, createHmac } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import type { ChannelTerms } from "../../../src/core/seams/channel.ts";
import type { ChannelFinding, UsedNames } from "../../../src/core/seams/channel-check.ts";
import type { ChannelConfig, ChannelConfigOf, ChannelProvider } from "../../../src/providers/all.ts";
import { type Answer, answeringServer } from "../../support/answering-server.ts";
import type { CheckedRequest } from "../../support/fake-provider.ts";

const NOW = Date.parse("2026-11-10T20:00:00+08:00");
const SECRET = "s3cret-of-the-account";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

async function checkOf<Name extends ChannelProvider>(
  provider: Name,
  settings: Omit<ChannelConfigOf<Name>["settings"], "url">,
  answer: (request: CheckedRequest) => Answer,
  used: Partial<UsedNames> = {},
) {
  const server = await answeringServer(answer);
  const terms: ChannelTerms = {
    ...{ name: "sms", provider, contacts: ["phone"], ratePerSecond: null, timeoutMs: 1_000, connections: 2 },
    ...{ cost: null, fallback: null },
  } as ChannelTerms;
  const config = { ...terms, settings: { ...settings, url: server.url } } as unknown as ChannelConfig;
  const channel = openChannels([config], { log: { warn() {} }, now: () => NOW }).get("sms");
  if (channel?.check === undefined) throw new Error("the provider cannot be asked");
  onTestFinished(() => channel.close());
  const findings = await channel.check({ signs: [], templates: [], ...used });
  expect(JSON.stringify(findings)).not.toContain(SECRET);
  return { findings, asked: server.asked, host: server.host };
}
const lines = (findings: readonly ChannelFinding[]) =>
  findings.map((finding) =>
    "state" in finding
      ? `${finding.about} ${finding.name} ${finding.state}: ${finding.message}`
      : finding.about === "credentials"
        ? `credentials ${finding.ok}`
        : finding.about === "check"
          ? `check ${finding.code}`
          : JSON.stringify(finding),
  );

/** Every provider: what follows from answers that say nothing. */
const broken: readonly (readonly [string, Answer, string])[] = [
  ["HTML", { status: 502, body: "<html>Bad Gateway</html>" }, "check http_502"],
  ["half a body", { status: 200, body: '{"Code":"O' }, "check http_200"],
  ["a reset", "reset", "check connection_failed"],
  ["no answer", "hang", "check timeout"],
];

describe("aliyun-sms", () => {
  const settings = { accessKeyId: "ak", accessKeySecret: SECRET };
  const OK = { Code: "OK", Message: "OK", RequestId: "r" };
  const sign = (SignName: string, AuditStatus = "AUDIT_STATE_PASS") => ({ SignName, AuditStatus });
  const template = (TemplateCode: string, AuditStatus = "AUDIT_STATE_PASS") => ({ TemplateCode, AuditStatus });
  const registered = (...rows: (readonly [string, number, string?])[]) => ({
    SignIspRegisterDetailList: rows.map(([OperatorCode, RegisterStatus, ReasonCode]) => ({
      OperatorCode,
      RegisterStatus,
      RegisterStatusReasons: ReasonCode === undefined ? [] : [{ ReasonCode, ReasonDescList: [] }],
    })),
  });

  /** ACS3, apart from the code under test. */
  function refuse({ method, url, headers }: CheckedRequest, host: string): Answer | null {
    const header = (name: string) => String(headers[name] ?? "");
    const parts = /^ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=([\w;-]+),Signature=([0-9a-f]{64})$/.exec(
      header("authorization"),
    );
    const [, signed = "", signature] = parts ?? [];
    const query = url.slice(url.indexOf("?") + 1);
    const canonical = `${method}\n/\n${query}\n${signed
      .split(";")
      .map((name) => `${name}:${name === "host" ? host : header(name)}\n`)
      .join("")}\n${signed}\n${sha256("")}`;
    const good = createHmac("sha256", SECRET)
      .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
      .digest("hex");
    if (signature === good && header("x-acs-version") === "2017-05-25") return null;
    return { status: 400, body: JSON.stringify({ Code: "SignatureDoesNotMatch", Message: SECRET }) };
  }
  type Lists = { signs?: object[]; templates?: object[]; details?: Record<string, object> };
  const account =
    ({ signs = [], templates = [], details = {} }: Lists) =>
    (request: CheckedRequest): Answer => {
      const query = new URL(request.url, "http://x").searchParams;
      const page = (rows: object[]) =>
        rows.slice((Number(query.get("PageIndex")) - 1) * 50).slice(0, Number(query.get("PageSize")));
      const answers: Record<string, () => object> = {
        QuerySmsSignList: () => ({ ...OK, SmsSignList: page(signs), TotalCount: signs.length }),
        QuerySmsTemplateList: () => ({ ...OK, SmsTemplateList: page(templates), TotalCount: templates.length }),
        GetSmsSign: () => ({ ...OK, SignStatus: 1, ...details[query.get("SignName") ?? ""] }),
      };
      return (
        refuse(request, String(request.headers.host)) ??
        answers[String(request.headers["x-acs-action"])]?.() ?? { status: 404, body: "{}" }
      );
    };

  test("names the state of each signature and template that is used, and asks for no others", async () => {
    const { findings } = await checkOf(
      "aliyun-sms",
      settings,
      account({
        signs: [sign("晴雨"), sign("新店", "AUDIT_STATE_INIT"), sign("旧店", "AUDIT_STATE_NOT_PASS"), sign("别家")],
        templates: [template("SMS_1"), template("SMS_2", "AUDIT_SATE_CANCEL"), template("SMS_9")],
        details: { 晴雨: registered(["mobile", 3], ["unicom", 1], ["telecom", 3]) },
      }),
      { signs: ["晴雨", "新店", "旧店", "无"], templates: ["SMS_1", "SMS_2", "SMS_3"] },
    );
    expect(lines(findings)).toEqual([
      "credentials true",
      "sign 晴雨 approved: approved and registered",
      "sign 新店 pending: still in review",
      "sign 旧店 refused: not approved",
      "sign 无 missing: the account has none of this name",
      "template SMS_1 approved: approved",
      "template SMS_2 refused: its review was withdrawn",
      "template SMS_3 missing: the account has none of this name",
    ]);
  });

  test.each([
    ["mobile", 0, "SIGNATURE_ERROR", "limited: not registered with mobile (SIGNATURE_ERROR), which drops its messages"],
    ["telecom", 2, "NO_SEND_RECORD", "limited: not registered with telecom (NO_SEND_RECORD), which drops its messages"],
    ["unicom", -2, "UNBINDING_QUA", "limited: not registered with unicom (UNBINDING_QUA), which drops its messages"],
    ["telecom", -1, "REGISTERING", "pending: its registration with telecom (REGISTERING) is under way"],
  ])("an approved signature whose registration with %s is %i", async (carrier, status, reason, expected) => {
    const details = { 晴雨: registered(["mobile", 3], [carrier, status, reason]) };
    const { findings } = await checkOf("aliyun-sms", settings, account({ signs: [sign("晴雨")], details }), {
      signs: ["晴雨"],
    });
    expect(lines(findings)[1]).toBe(`sign 晴雨 ${expected}`);
  });

  test("looks through all pages", async () => {
    const templates = Array.from({ length: 120 }, (_, at) => template(`SMS_${at}`));
    const { findings, asked } = await checkOf("aliyun-sms", settings, account({ templates }), {
      templates: ["SMS_119"],
    });
    expect(lines(findings)).toContain("template SMS_119 approved: approved");
    expect(asked.filter(({ headers }) => headers["x-acs-action"] === "QuerySmsTemplateList")).toHaveLength(3);
  });

  test.each([
    [{ Code: "SignatureDoesNotMatch" }, 400, "credentials false"],
    [{ Code: "InvalidAccessKeyId.NotFound" }, 404, "credentials false"],
    [{ Code: "isp.RAM_PERMISSION_DENY" }, 200, "check isp.RAM_PERMISSION_DENY"],
    [{ Code: "Throttling.User" }, 400, "check Throttling.User"],
  ])("%j", async (body, status, expected) => {
    const answer = { status, body: JSON.stringify({ ...body, Message: SECRET }) };
    expect(lines((await checkOf("aliyun-sms", settings, () => answer)).findings)).toEqual([expected]);
  });

  test.each(broken)("%s says nothing about the set-up", async (_, answer, expected) => {
    expect(lines((await checkOf("aliyun-sms", settings, () => answer)).findings)).toEqual([expected]);
  });
});

describe("tencent-sms", () => {
  const settings = { secretId: "id", secretKey: SECRET, sdkAppId: "1400", region: "ap-guangzhou" };
  const answerOf = (Response: object): Answer => ({ Response: { ...Response, RequestId: "r" } });
  const bought = (PackageAmount: number, CurrentUsage: number, expiresInDays = 100) => ({
    ...{ PackageAmount, CurrentUsage, PackageId: 1, PackageType: 1 },
    PackageExpiredTime: Math.floor(NOW / 1000) + expiresInDays * 86_400,
  });

  /** TC3, apart from the code under test. */
  function refuse({ method, url, headers, body }: CheckedRequest): Answer | null {
    const header = (name: string) => String(headers[name] ?? "");
    const [, date = "", signed = "", signature] =
      /^TC3-HMAC-SHA256 Credential=id\/([\d-]+)\/sms\/tc3_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
        header("authorization"),
      ) ?? [];
    const fields = signed.split(";").map((name) => `${name}:${header(name).toLowerCase()}\n`);
    const canonical = `${method}\n${url}\n\n${fields.join("")}\n${signed}\n${sha256(body)}`;
    const text = `TC3-HMAC-SHA256\n${NOW / 1000}\n${date}/sms/tc3_request\n${sha256(canonical)}`;
    const key = hmac(hmac(hmac(`TC3${SECRET}`, date), "sms"), "tc3_request");
    if (hmac(key, text).toString("hex") === signature && header("x-tc-version") === "2021-01-11") return null;
    return answerOf({ Error: { Code: "AuthFailure.SignatureFailure", Message: SECRET } });
  }
  type Lists = { packages?: object[]; signs?: Record<string, object[]>; templates?: Record<string, object[]> };
  const account =
    ({ packages = [], signs = {}, templates = {} }: Lists) =>
    (request: CheckedRequest): Answer => {
      const asked = JSON.parse(request.body);
      const answers: Record<string, () => Answer> = {
        SmsPackagesStatistics: () => {
          const fits = asked.SmsSdkAppId === "1400" && asked.BeginTime < "2024111020" && asked.EndTime === "2026111021";
          return answerOf(fits ? { SmsPackagesStatisticsSet: packages } : { Error: { Code: "InvalidParameter" } });
        },
        DescribeSmsSignList: () =>
          answerOf({
            DescribeSignListStatusSet: (signs[asked.International] ?? []).slice(
              asked.Offset,
              asked.Offset + asked.Limit,
            ),
          }),
        DescribeSmsTemplateList: () =>
          answerOf({
            DescribeTemplateStatusSet: (templates[asked.International] ?? []).filter((row) =>
              asked.TemplateIdSet.includes((row as { TemplateId: number }).TemplateId),
            ),
          }),
      };
      return refuse(request) ?? answers[String(request.headers["x-tc-action"])]?.() ?? { status: 404, body: "{}" };
    };

  test("adds up the packages that are still valid", async () => {
    const packages = [bought(1_000, 400), bought(500, 500), bought(9_000, 0, -1)];
    const { findings } = await checkOf("tencent-sms", settings, account({ packages }));
    expect(findings).toEqual([
      expect.objectContaining({ about: "credentials", ok: true }),
      { about: "package", account: "tencent-sms 1400", left: 600, bought: 1_500 },
    ]);
  });

  test("an account without packages pays afterwards: nothing is said of its money", async () => {
    expect(lines((await checkOf("tencent-sms", settings, account({}))).findings)).toEqual(["credentials true"]);
  });

  test("names the state of what is used, at home and abroad", async () => {
    const { findings } = await checkOf(
      "tencent-sms",
      settings,
      account({
        signs: {
          0: [
            { SignName: "晴雨", StatusCode: 0 },
            { SignName: "旧店", StatusCode: -1 },
          ],
          1: [{ SignName: "Plum", StatusCode: 1 }],
        },
        templates: {
          0: [
            { TemplateId: 77, StatusCode: 0 },
            { TemplateId: 78, StatusCode: 2 },
          ],
          1: [{ TemplateId: 79, StatusCode: -1 }],
        },
      }),
      { signs: ["晴雨", "旧店", "Plum"], templates: ["77", "78", "79", "80"] },
    );
    expect(lines(findings)).toEqual([
      "credentials true",
      "sign 晴雨 approved: approved",
      "sign 旧店 refused: rejected, or not registered with the carriers",
      "sign Plum pending: still in review",
      "template 77 approved: approved",
      "template 78 pending: approved, and not in force yet",
      "template 79 refused: rejected",
      "template 80 missing: the account has none of this name",
    ]);
  });

  test.each([
    ["AuthFailure.SecretIdNotFound", ["credentials false"]],
    ["UnauthorizedOperation.SmsSdkAppIdVerifyFail", ["check UnauthorizedOperation.SmsSdkAppIdVerifyFail"]],
    ["InternalError.OtherError", ["check InternalError.OtherError"]],
  ])("%s, with HTTP 200", async (Code, expected) => {
    const { findings } = await checkOf("tencent-sms", settings, () => answerOf({ Error: { Code, Message: SECRET } }));
    expect(lines(findings)).toEqual(expected);
  });

  test.each(broken)("%s says nothing about the set-up", async (_, answer, expected) => {
    expect(lines((await checkOf("tencent-sms", settings, () => answer)).findings)).toEqual([expected]);
  });
});

describe("twilio-sms", () => {
  const settings = { accountSid: "AC1", authToken: SECRET, from: "+15550100" };
  const account =
    (status: string, balance: object) =>
    ({ method, url, headers }: CheckedRequest): Answer => {
      const basic = `Basic ${Buffer.from(`AC1:${SECRET}`).toString("base64")}`;
      if (method !== "GET" || headers.authorization !== basic)
        return { status: 401, body: JSON.stringify({ code: 20003, message: "Authenticate" }) };
      if (url === "/2010-04-01/Accounts/AC1.json") return { sid: "AC1", status, auth_token: SECRET };
      return url === "/2010-04-01/Accounts/AC1/Balance.json" ? balance : { status: 404, body: '{"code":20404}' };
    };

  test("tells the balance", async () => {
    const { findings } = await checkOf(
      "twilio-sms",
      settings,
      account("active", { account_sid: "AC1", balance: "12.345", currency: "USD" }),
    );
    expect(findings.slice(1)).toEqual([
      { about: "balance", account: "twilio-sms AC1", micros: 12_345_000, currency: "USD" },
    ]);
  });

  test("an account that is suspended, and owes money", async () => {
    const { findings } = await checkOf(
      "twilio-sms",
      settings,
      account("suspended", { balance: "-1.5", currency: "USD" }),
    );
    expect(lines(findings)).toEqual([
      "credentials true",
      "sender account refused: the account is suspended",
      '{"about":"balance","account":"twilio-sms AC1","micros":-1500000,"currency":"USD"}',
    ]);
  });

  test("a wrong token, and a sub-account that may not read the balance", async () => {
    const wrong = { ...settings, authToken: "other" };
    expect(lines((await checkOf("twilio-sms", wrong, account("active", {}))).findings)).toEqual(["credentials false"]);
    const refusing = account("active", { status: 403, body: '{"code":20006}' });
    expect(lines((await checkOf("twilio-sms", settings, refusing)).findings)).toEqual([
      "credentials true",
      "check 20006",
    ]);
  });

  test.each(broken)("%s says nothing about the set-up", async (_, answer, expected) => {
    expect(lines((await checkOf("twilio-sms", settings, () => answer)).findings)).toEqual([expected]);
  });
});

describe("whatsapp", () => {
  const settings = { accessToken: SECRET, phoneNumberId: "106", businessAccountId: "waba", version: "v23.0" };
  const account =
    (number: object, templates: readonly object[] = []) =>
    ({ url, headers }: CheckedRequest): Answer => {
      if (headers.authorization !== `Bearer ${SECRET}`)
        return { status: 401, body: JSON.stringify({ error: { code: 190, message: "Invalid OAuth access token" } }) };
      const { pathname, searchParams } = new URL(url, "http://x");
      if (pathname === "/v23.0/106" && searchParams.get("fields") === "status,name_status,quality_rating")
        return { id: "106", ...number };
      if (pathname !== "/v23.0/waba/message_templates") return { status: 400, body: '{"error":{"code":100}}' };
      const from = Number(searchParams.get("after") ?? 0);
      const data = templates.slice(from, from + Number(searchParams.get("limit")));
      return { data, paging: { cursors: { after: String(from + data.length) } } };
    };

  test.each([
    [{ status: "CONNECTED", name_status: "APPROVED", quality_rating: "GREEN" }, "approved: connected"],
    [{ status: "BANNED" }, "refused: the number may not send (BANNED)"],
    [{ status: "FLAGGED" }, "limited: the number is limited for its quality (FLAGGED)"],
    [{ status: "UNVERIFIED" }, "pending: the number is not verified yet"],
    [{ status: "CONNECTED", quality_rating: "RED" }, "limited: its quality is low: WhatsApp may limit it"],
    [{ status: "CONNECTED", name_status: "DECLINED" }, "limited: its display name is not approved (DECLINED)"],
  ])("the number: %j", async (number, expected) => {
    expect(lines((await checkOf("whatsapp", settings, account(number))).findings)).toEqual([
      "credentials true",
      `sender 106 ${expected}`,
    ]);
  });

  test("names the state of templates by name and language, over all pages", async () => {
    const others = Array.from({ length: 200 }, (_, at) => ({
      name: `other_${at}`,
      language: "en",
      status: "APPROVED",
    }));
    const own = (language: string, status: string) => ({ name: "unpaid", language, status });
    const templates = [...others, own("zh_CN", "APPROVED"), own("en", "PAUSED"), own("es", "IN_APPEAL")];
    const used = { templates: ["unpaid/zh_CN", "unpaid/en", "unpaid/es", "unpaid/fr"] };
    const { findings } = await checkOf("whatsapp", settings, account({ status: "CONNECTED" }, templates), used);
    expect(lines(findings).slice(2)).toEqual([
      "template unpaid/zh_CN approved: approved",
      "template unpaid/en refused: may not be used (PAUSED)",
      "template unpaid/es pending: still in review",
      "template unpaid/fr missing: the account has none of this name",
    ]);
  });

  test("without the business account the templates are not checked, and that is said", async () => {
    const { businessAccountId: _, ...without } = settings;
    const { findings } = await checkOf("whatsapp", without, account({ status: "CONNECTED" }), {
      templates: ["unpaid/en"],
    });
    expect(lines(findings)[2]).toBe("check not_configured");
  });

  test("a wrong token", async () => {
    const { findings } = await checkOf("whatsapp", { ...settings, accessToken: "other" }, account({}));
    expect(lines(findings)).toEqual(["credentials false"]);
  });

  test.each(broken)("%s says nothing about the set-up", async (_, answer, expected) => {
    expect(lines((await checkOf("whatsapp", settings, () => answer)).findings)).toEqual([expected]);
  });
});

describe.each([
  ["subscribe", "/wxaapi/newtmpl/gettemplate", { data: [{ priTmplId: "t1" }] }],
  ["official", "/cgi-bin/template/get_all_private_template", { template_list: [{ template_id: "t1" }] }],
] as const)("wechat, %s", (kind, path, list) => {
  const settings = { appId: "wx1", appSecret: SECRET, kind };
  const app = ({ method, url, body }: CheckedRequest): Answer => {
    const { pathname, searchParams } = new URL(url, "http://x");
    if (pathname === "/cgi-bin/stable_token" && method === "POST") {
      const { grant_type, appid, secret, force_refresh } = JSON.parse(body);
      const fits =
        grant_type === "client_credential" && appid === "wx1" && secret === SECRET && force_refresh === false;
      return fits ? { access_token: "tok/1", expires_in: 7_200 } : { errcode: 40125, errmsg: "invalid appsecret" };
    }
    const fits = pathname === path && method === "GET" && searchParams.get("access_token") === "tok/1";
    return fits ? { errcode: 0, ...list } : { errcode: 40001 };
  };

  test("asks for a token, and for the templates that are used", async () => {
    expect(lines((await checkOf("wechat", settings, app)).findings)).toEqual(["credentials true"]);
    const { findings } = await checkOf("wechat", settings, app, { templates: ["t1", "t2"] });
    expect(lines(findings)).toEqual([
      "credentials true",
      "template t1 approved: added",
      "template t2 missing: the account has none of this name",
    ]);
  });

  test("a wrong secret", async () => {
    expect(lines((await checkOf("wechat", { ...settings, appSecret: "other" }, app)).findings)).toEqual([
      "credentials false",
    ]);
  });

  test.each(broken)("%s says nothing about the set-up", async (_, answer) => {
    expect(lines((await checkOf("wechat", settings, () => answer)).findings)).toEqual(["check no_token"]);
  });
});
