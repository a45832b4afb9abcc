import { expect, it } from "vitest";
import { faultWords, ownWords, rowFaults } from "../../../src/console/ui/fault-words.ts";

const refused = (...fields: string[]) => fields.map((field) => ({ field, message: `${field}: is wrong` }));
const FIELDS = ["shops", "amount", "name"] as const;

it("names a field as the form does, else as the server does, and never twice", () => {
  const labels = { from: "From", amount: "Wage per hour" };
  expect(faultWords(refused("items[0].from", "items[1].costPerHour.amount"), labels)).toBe(
    "From: is wrong; Wage per hour: is wrong",
  );
  expect(faultWords(refused("items[0].from"))).toBe("items[0].from: is wrong");
  expect(faultWords([{ field: "at", message: "is in the past" }])).toBe("at: is in the past");
  expect(faultWords([{ field: "at", message: "is in the past" }], { at: "When" })).toBe("When: is in the past");
  expect(faultWords([{ parameter: "by", message: "by: is wrong" }], { by: "No field" })).toBe("by: is wrong");
  expect(faultWords([{ file: "nudge.sms.en.hbs", message: "is wrong" }])).toBe("nudge.sms.en.hbs: is wrong");
  expect(faultWords([{ message: "the body is empty" }])).toBe("the body is empty");
  expect(faultWords([{ field: "", message: "the body: is no object" }])).toBe("the body: is no object");
  expect(faultWords(refused("a", "b", "c", "d"))).toBe("a: is wrong; b: is wrong; c: is wrong");
});

it("shows the faults of a row at its fields, and others together", () => {
  expect(rowFaults(refused("items[1].shops[0]", "items[1].costPerHour.amount"), 1, FIELDS)).toEqual({
    shops: "is wrong",
    amount: "is wrong",
  });
  expect(rowFaults(refused("items[1].shops[0]"), 0, FIELDS)).toBeNull();
  expect(rowFaults(refused("items[1].name", "items[2].name"), 1, FIELDS)).toBeNull();
  expect(rowFaults(refused("items[1]"), 1, FIELDS)).toBeNull();
  expect(rowFaults(refused("items[1].teams"), 1, FIELDS)).toBeNull();
  expect(rowFaults(refused(), 1, FIELDS)).toBeNull();
});

it.each([
  ["offline", 0, "offline"],
  ["forbidden", 403, "forbidden"],
  ["rate_limited", 429, "limited"],
  ["rehearsal_under_way", 429, null],
  ["store_unavailable", 503, "unavailable"],
  ["query_timeout", 503, null],
  ["shutting_down", 503, null],
  ["unreadable", 503, "unavailable"],
  ["unreadable", 502, null],
])("%s (%i) has words of its own only where they are true", (code, status, own) => {
  expect(ownWords({ code, status })).toBe(own);
});
