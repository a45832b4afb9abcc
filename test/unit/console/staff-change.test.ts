import { expect, it } from "vitest";
import { withMember } from "../../../src/console/pages/follow-up/lead/staff-change.ts";

const member = (name: string, maxOpen = 10) => ({ name, maxOpen });

it("puts a person in the place of the one who was changed, and never over a change of somebody else", () => {
  const [vera, wang] = [member("Vera"), member("Wang")];
  const items = [vera, wang];
  expect(withMember(items, null, member("Li"))).toEqual({ items: [vera, wang, member("Li")], place: 2 });
  expect(withMember(items, vera, member("Vera", 3))).toEqual({ items: [member("Vera", 3), wang], place: 0 });
  expect(withMember([wang, vera], { ...vera }, member("Vera", 3))?.place).toBe(1);
  expect(withMember([member("Vera", 4), wang], vera, member("Vera", 3))).toBeNull();
  expect(withMember([wang], vera, member("Vera", 3))).toBeNull();
});
