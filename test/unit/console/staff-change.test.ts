import { expect, it } from "vitest";
import { staffFaults, withMember } from "../../../src/console/pages/follow-up/lead/staff-change.ts";

const member = (name: string, maxOpen = 10) => ({ name, maxOpen });
const refused = (...fields: string[]) => fields.map((field) => ({ field, message: `${field}: is wrong` }));

it("puts a person in the place of the one who was changed, and never over a change of somebody else", () => {
  const [vera, wang] = [member("Vera"), member("Wang")];
  const items = [vera, wang];
  expect(withMember(items, null, member("Li"))).toEqual({ items: [vera, wang, member("Li")], place: 2 });
  expect(withMember(items, vera, member("Vera", 3))).toEqual({ items: [member("Vera", 3), wang], place: 0 });
  expect(withMember([wang, vera], { ...vera }, member("Vera", 3))?.place).toBe(1);
  expect(withMember([member("Vera", 4), wang], vera, member("Vera", 3))).toBeNull();
  expect(withMember([wang], vera, member("Vera", 3))).toBeNull();
});

it("shows a fault at its field, in either spelling, and the others together", () => {
  expect(staffFaults(refused("items[1].shops[0]", "items.1.costPerHour.amount"), 1)).toEqual({
    ...{ shops: "is wrong", amount: "is wrong" },
  });
  expect(staffFaults(refused("items[1].shops[0]"), 0)).toBeNull();
  expect(staffFaults(refused("items[1].name", "items[2].name"), 1)).toBeNull();
  expect(staffFaults(refused("items.1"), 1)).toBeNull();
  expect(staffFaults(refused(), 1)).toBeNull();
});
