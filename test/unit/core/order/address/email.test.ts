import { describe, expect, it } from "vitest";
import { readEmail } from "../../../../../src/core/order/address/email.ts";
import { contactOf, identitiesOf, kindOf, maskContact } from "../../../../../src/core/order/contact.ts";
import { shopPolicy } from "../../../../support/rules.ts";

describe("an e-mail address", () => {
  it.each([
    ["li.lei@acme.com", "li.lei@acme.com"],
    [" Li.Lei@ACME.com ", "li.lei@acme.com"],
    ["mailto:li@acme.com", "li@acme.com"],
    ['"Lei, Li" <li@acme.com>', "li@acme.com"],
    ["li+tag@mail.acme.co.uk", "li+tag@mail.acme.co.uk"],
    ["12345@qq.com", "12345@qq.com"],
    ["li＠acme.com", "li@acme.com"],
    ["li@bücher.example.de", "li@xn--bcher-kva.example.de"],
    ["test@acme.com", "test@acme.com"],
    ["acme@acme.com", "acme@acme.com"],
    ["reply@acme.com", "reply@acme.com"],
  ])("%j is read as %s", (text, value) => {
    expect(readEmail(text)).toEqual({ kind: "address", value });
  });

  it.each([
    "li",
    "li@",
    "@acme.com",
    "li@acme",
    "li@10.0.0.1",
    "li@acme..com",
    "li@-acme.com",
    "li lei@acme.com",
    "li@acme.com, mei@acme.com",
    "li@acme.com\r\nBcc: mei@acme.com",
    '"li"@acme.com',
    "李雷@acme.com",
    `${"l".repeat(65)}@acme.com`,
    `li@${"acme.".repeat(60)}com`,
    "<>@acme.com",
  ])("%j is unreadable", (text) => {
    expect(readEmail(text)).toEqual({ kind: "unreadable" });
  });

  it.each([
    "no-reply@acme.com",
    "NoReply@acme.com",
    "do_not_reply@acme.com",
    "null",
    "none@acme.com",
    "n/a",
    "a***@acme.com",
    "li@a**e.com",
    "l•••i@acme.com",
    "someone@example.com",
    "someone@mail.example.org",
    "someone@shop.invalid",
    "test@test.com",
    "abc@abc.com",
    "aaa@aaa.cn",
  ])("%j is nobody's", (text) => {
    expect(readEmail(text)).toEqual({ kind: "placeholder" });
  });

  it.each(["", " ", "\u200b"])("%j is none", (text) => {
    expect(readEmail(text)).toEqual({ kind: "none" });
  });
});

describe("the e-mail address of an order", () => {
  const read = (email: string) => identitiesOf({ id: "b1", email }, shopPolicy());

  it("gets messages, and identifies no one", () => {
    const { contacts, emails, warnings } = read("Li@acme.com");
    expect({ contacts, emails, warnings }).toEqual({
      contacts: [],
      emails: [{ kind: "email", value: "li@acme.com" }],
      warnings: [],
    });
  });

  it.each([
    ["li", "email_unreadable"],
    ["a***@acme.com", "email_placeholder"],
  ])("%s is not used, with the warning %s that does not repeat it", (email, code) => {
    const { emails, warnings } = read(email);
    expect(emails).toEqual([]);
    expect(warnings.map((warning) => warning.code)).toEqual([code]);
    expect(warnings[0]?.message).not.toMatch(/acme|"li"/);
  });

  it("is read alike where a person names it, and shown masked", () => {
    expect(contactOf("email", " Li@Acme.com", shopPolicy())).toEqual({ kind: "email", value: "li@acme.com" });
    expect([kindOf("li@acme.com"), kindOf("+8613812345678")]).toEqual(["email", "phone"]);
    expect(maskContact("li.lei@acme.com")).toBe("l****@acme.com");
  });
});
