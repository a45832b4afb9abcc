import { expect, it } from "vitest";
import { contactOf, identitiesOf, maskContact } from "../../../../src/core/order/contact.ts";
import { shopPolicy } from "../../../support/rules.ts";

const us = shopPolicy({ country: "US", locale: "en-US" });
const cn = shopPolicy({ country: "CN" });
const nowhere = shopPolicy({ country: null });

it.each<[string, object, typeof us, string | null, string[]]>([
  ["the shop's country", { phone: "(415) 555-2672" }, us, "+14155552672", []],
  [
    "the shop's country, not that of the language",
    { phone: "(415) 555-2672", locale: "es-MX" },
    us,
    "+14155552672",
    [],
  ],
  ["the shop's country, also in English", { phone: "13900003001", locale: "en-US" }, cn, "+8613900003001", []],
  ["the order's country", { phone: "(415) 555-2672", country: "mx" }, us, "+524155552672", []],
  ["the order's country only", { phone: "13900003001", country: "US" }, cn, null, ["phone_unreadable"]],
  ["the shop's country if the order's is blank", { phone: "13900003001", country: " " }, cn, "+8613900003001", []],
  [
    "no country that is not known",
    { phone: "13900003001", country: "China" },
    cn,
    null,
    ["country_unknown", "phone_unreadable"],
  ],
  ["any country, with its code", { phone: "+8613900003001", country: "XX" }, us, "+8613900003001", ["country_unknown"]],
  [
    "no country, where the shop has none",
    { phone: "13900003001", locale: "zh-CN" },
    nowhere,
    null,
    ["phone_unreadable"],
  ],
  ["a plan that knows it as a landline", { phone: "010-62345678" }, cn, "+861062345678", ["phone_takes_no_sms"]],
  ["a list", { phone: ["*", "010-62345678", "13900003001"] }, cn, "+8613900003001", []],
  ["a list of none", { phone: [] }, cn, null, []],
  [
    "a list without a mobile number",
    { phone: ["*", "010-62345678"] },
    cn,
    "+861062345678",
    ["phone_takes_no_sms", "phone_unreadable"],
  ],
])("a number is read in %s", (_name, buyer, shop, value, warnings) => {
  const read = identitiesOf(buyer, shop);
  expect(read.contacts.map((contact) => contact.value)).toEqual(value === null ? [] : [value]);
  expect(read.warnings.map(({ code }) => code)).toEqual(warnings);
  for (const { message } of read.warnings)
    expect(message.replace("+8613812345678", "").replace("3166", "")).not.toMatch(/\d{3}/);
});

it("says where to set the country of a shop that has none", () => {
  const [warning] = identitiesOf({ phone: "13900003001" }, nowhere).warnings;
  expect(warning?.message).toContain("set shops.acme.country in dunlin.yaml");
});

it("reads the address that a person gives for a shop as the shop's events", () => {
  expect(contactOf("phone", "139 0000 3001", cn)).toEqual({ kind: "phone", value: "+8613900003001" });
  expect(contactOf("phone", "010-62345678", cn)).toEqual({ kind: "call", value: "+861062345678" });
  expect(contactOf("phone", "139 0000 3001", us)).toBeNull();
  expect(contactOf("wechat", " openid ", cn)).toEqual({ kind: "chat.wechat", value: "openid" });
});

it.each([
  ["8613900003001", "+8613900003001"],
  ["+86 139 0000 3001", "+8613900003001"],
  ["139-0000-3001", "+8613900003001"],
  ["US.13491208655302741918", "US.13491208655302741918"],
  ["12", "12"],
])("reads the WhatsApp handle %s as %s", (handle, value) => {
  expect(identitiesOf({ chat: { whatsapp: handle } }, cn).contacts).toEqual([{ kind: "chat.whatsapp", value }]);
  expect(identitiesOf({ chat: { line: handle } }, cn).contacts).toEqual([{ kind: "chat.line", value: handle }]);
});

it("masks numbers and handles", () => {
  expect(["+8613812345678", "+862162345678;ext=12", "openid-123", "ab"].map(maskContact)).toEqual([
    "+86138****5678",
    "+8****12",
    "op****23",
    "****",
  ]);
});
