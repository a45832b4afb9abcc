import { expect, test } from "vitest";
import { usedNames } from "../../../src/notices/used-names.ts";
import { parseTemplate } from "../../../src/render/catalog/template-file.ts";

function template(step: string, channel: string, front: string) {
  const name = { campaign: "d11", step, variant: null, channel, locale: "zh-CN" };
  const parsed = parseTemplate(name, `---\n${front}\n---\n您的订单已留货`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.template;
}
const templates = [
  template("nudge", "sms", "aliyun: { templateCode: SMS_1 }\ntencent: { templateId: 77 }"),
  template("last-call", "sms", "aliyun: { templateCode: SMS_1, signName: 老店 }"),
  template("nudge", "sms-2", "aliyun: { templateCode: SMS_9 }"),
  template("nudge", "whatsapp", "whatsapp: { name: unpaid, language: zh_CN }"),
];

test("names what the texts of the channel use of its own provider, with their files", () => {
  const { usedBy, ...used } = usedNames({ templates }, { name: "sms", provider: "aliyun-sms", signName: "晴雨" });
  expect(used).toEqual({ signs: ["晴雨", "老店"], templates: ["SMS_1"] });
  expect(usedBy("template", "SMS_1")).toEqual(["d11/nudge.sms.zh-CN.hbs", "d11/last-call.sms.zh-CN.hbs"]);
  expect(usedBy("sign", "老店")).toEqual(["d11/last-call.sms.zh-CN.hbs"]);
  expect(usedBy("sign", "晴雨")).toEqual(["d11/nudge.sms.zh-CN.hbs"]);
  expect(usedBy("template", "SMS_9")).toEqual([]);
});

test("joins what names a template", () => {
  const { templates: names } = usedNames({ templates }, { name: "whatsapp", provider: "whatsapp" });
  expect(names).toEqual(["unpaid/zh_CN"]);
});

test("checks the signature of a channel that no text uses yet", () => {
  const { signs } = usedNames({ templates: [] }, { name: "sms", provider: "tencent-sms", signName: "晴雨" });
  expect(signs).toEqual(["晴雨"]);
});
