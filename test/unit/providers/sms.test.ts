import { expect, it } from "vitest";
import { contactsOf, reviewedInMainland, sendsSms } from "../../../src/providers/all.ts";

const channel = (name: string, provider: string) => ({ name, provider, contacts: contactsOf(name, provider) });

it.each([
  ["sms", "webhook", true],
  ["sms-intl", "console", true],
  ["text", "twilio-sms", true],
  ["anything", "aliyun-sms", true],
  ["whatsapp", "webhook", false],
  ["sms", "whatsapp", false],
  ["voice", "webhook", false],
  ["chat", "webhook", false],
  ["wechat", "wechat", false],
])("tells whether channel %s of %s sends SMS: %s", (name, provider, sms) => {
  expect(sendsSms(channel(name, provider))).toBe(sms);
});

it("knows which texts mainland carriers review", () => {
  const reviewed = (name: string, provider: string, locale: string) =>
    reviewedInMainland(channel(name, provider), locale);
  expect(reviewed("sms", "webhook", "zh-CN")).toBe(true);
  expect(reviewed("sms", "webhook", "es")).toBe(false);
  expect(reviewed("sms", "aliyun-sms", "en")).toBe(true);
  expect(reviewed("chat", "webhook", "zh-CN")).toBe(false);
});
