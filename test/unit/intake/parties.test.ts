import { describe, expect, it } from "vitest";
import { type KnownParties, partiesOf } from "../../../src/intake/parties.ts";
import type { Prepared } from "../../../src/intake/prepare.ts";

type Who = { readonly phone?: string; readonly id?: string };

/** The id says what it is; an order is its first word. */
const event = (name: string, { phone, id }: Who = {}): Prepared => ({
  shop: "acme",
  id: name,
  rowId: name,
  type: "order.updated",
  occurredAt: 0,
  orderId: name.split(" ")[0] ?? "",
  payload: { id: name.split(" ")[0] ?? "" },
  buyer: null,
  platformId: id ?? null,
  contacts:
    phone === undefined ? [] : [{ kind: "phone", value: phone, hash: Buffer.from(phone), key: `acme\n${phone}` }],
  emails: [],
  dummies: [],
  firstIdentity: null,
  warnings: [],
});

/** Stored buyers by phone, by platform id and by order. */
const stored = (known: { phones?: object; ids?: object; orders?: object } = {}): KnownParties => {
  const map = (values: object | undefined) =>
    new Map(Object.entries(values ?? {}).map(([key, buyer]): [string, string] => [`acme\n${key}`, String(buyer)]));
  return { contacts: map(known.phones), platformIds: map(known.ids), orders: map(known.orders) };
};

function sorted(events: readonly Prepared[], known = stored()) {
  const names = (list: readonly Prepared[]) => list.map(({ id }) => id);
  const { parties, strays, later } = partiesOf(events, known);
  return {
    parties: parties.map((party) => [...names(party.silent).map((id) => `(${id})`), ...names(party.events)].join(", ")),
    buyers: parties.map(({ buyers }) => buyers),
    strays: names(strays),
    later: names(later),
  };
}

describe("grouping events by buyer", () => {
  it("joins by the order, a contact, the platform's id, and the stored buyer of each", () => {
    const events = [
      event("a", { phone: "1" }),
      event("b", { phone: "1", id: "I" }),
      event("b paid"),
      event("c", { id: "I" }),
      event("d", { phone: "2" }),
    ];
    expect(sorted(events)).toMatchObject({ parties: ["a, b, b paid, c", "d"], buyers: [[], []] });
    const known = stored({ phones: { 2: "X" }, orders: { a: "X" } });
    expect(sorted(events, known)).toMatchObject({ parties: ["a, b, b paid, c, d"], buyers: [["X"]] });
  });

  it("keeps orders apart whose buyer no event names", () => {
    expect(sorted([event("a"), event("b", { id: "I" }), event("a again")])).toMatchObject({
      parties: ["b"],
      strays: ["a", "a again"],
    });
  });

  it("only folds the events of an order from before its buyer was named", () => {
    const events = [event("a paid"), event("b", { id: "I" }), event("a", { id: "J" }), event("a again")];
    expect(sorted(events)).toMatchObject({ parties: ["b", "(a paid), a, a again"], strays: [], later: [] });
    expect(sorted([event("a paid"), event("b", { id: "I" }), event("a", { id: "I" })]).parties).toEqual([
      "(a paid), b, a",
    ]);
  });

  it("merges stored buyers at once when the batch has no earlier event about them", () => {
    const known = stored({ phones: { 1: "X" }, ids: { I: "Y" } });
    expect(sorted([event("a", { phone: "1", id: "I" }), event("b", { phone: "1" })], known)).toMatchObject({
      parties: ["a, b"],
      buyers: [["X", "Y"]],
      later: [],
    });
  });

  it.each<[string, KnownParties]>([
    ["two new ones", stored()],
    ["a new and a stored one", stored({ ids: { I: "Y" } })],
    ["two stored ones", stored({ phones: { 1: "X" }, ids: { I: "Y" } })],
  ])("applies %s first where they prove to be one later, and their later events after that", (_, known) => {
    const events = [
      event("a", { phone: "1" }),
      event("b", { id: "I" }),
      event("c", { phone: "1", id: "I" }),
      event("a paid"),
      event("d", { phone: "2" }),
    ];
    expect(sorted(events, known)).toMatchObject({ parties: ["a", "b", "d"], later: ["c", "a paid"] });
  });

  it("waits when a stored buyer appears after an event about the other", () => {
    const known = stored({ ids: { I: "Y" } });
    expect(
      sorted([event("a", { phone: "1" }), event("b", { phone: "1", id: "I" }), event("c", { id: "I" })], known),
    ).toEqual({ parties: ["a"], buyers: [[]], strays: [], later: ["b", "c"] });
  });

  it("keeps an order among the strays when a later round names its buyer", () => {
    const events = [
      event("a", { phone: "1" }),
      event("b", { id: "I" }),
      event("s paid"),
      event("s", { phone: "1", id: "I" }),
      event("s again"),
    ];
    expect(sorted(events)).toMatchObject({ parties: ["a", "b"], strays: ["s paid"], later: ["s", "s again"] });
  });
});
