import { expect, it } from "vitest";
import { eventsIn } from "../../../src/queue/jobs.ts";

it("counts the events of a job, also of one that holds them sealed", () => {
  const refused = Array.from({ length: 900 }, (_, index) => ({ index, id: null, code: "unknown_shop", message: "" }));
  expect([{ id: "e1" }, [{}, {}, {}], { events: 1_000, refused, sealed: "c2Vh" }].map(eventsIn)).toEqual([1, 3, 900]);
  expect([[], null, "text", { refused: "all" }, { refused: [] }].map(eventsIn)).toEqual([1, 1, 1, 1, 1]);
});
