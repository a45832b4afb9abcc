import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawTasks, type OnDuty, type TaskToDraw } from "../../../../src/core/desk/assign.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";

const NOW = Date.parse("2026-11-10T12:00:00Z");
const person = (name: string, change: Partial<OnDuty> = {}): OnDuty => ({
  ...{ name, shops: null, languages: null, teams: [], maxOpen: 10, open: 0, until: NOW + HOUR },
  ...change,
});
const task = (id: string, change: Partial<TaskToDraw> = {}): TaskToDraw => ({
  ...{ id, version: 1, shop: "acme", locale: "zh-CN", team: null, last: null, claimWithin: 15 * MINUTE },
  ...change,
});
const drawn = (tasks: readonly TaskToDraw[], people: readonly OnDuty[]) =>
  drawTasks(tasks, people, NOW).map(({ task: id, drawn: name }) => `${id} ${name}`);

describe("a draw", () => {
  it.each<[string, string, readonly string[], boolean]>([
    ["a language is every region of it", "zh-TW", ["zh"], true],
    ["a region is not another one", "zh-TW", ["zh-CN"], false],
    ["a region takes its language without one", "zh", ["zh-CN"], true],
    ["spelling does not count", "ZH-cn", ["zh-CN"], true],
    ["one that only begins alike is another language", "enm", ["en"], false],
    ["any of several", "en-GB", ["fr", "en"], true],
    ["one that cannot be read fits nobody who speaks some", "??", ["en"], false],
  ])("by language: %s", (_, locale, languages, fits) => {
    expect(drawn([task("t", { locale })], [person("vera", { languages })])).toEqual(fits ? ["t vera"] : []);
  });

  it("is over with claimWithin, or with the shift", () => {
    const [soon] = drawTasks([task("t")], [person("vera", { until: NOW + 5 * MINUTE })], NOW);
    expect(soon?.until).toBe(NOW + 5 * MINUTE);
    const [later] = drawTasks([task("t")], [person("vera")], NOW);
    expect(later?.until).toBe(NOW + 15 * MINUTE);
  });

  it("counts what it gave before", () => {
    const people = [person("vera", { open: 1 }), person("ada", { open: 3 })];
    const tasks = ["a", "b", "c", "d", "e"].map((id) => task(id));
    const counts = drawTasks(tasks, people, NOW).map(({ drawn: name }) => name);
    expect(counts.slice(0, 2)).toEqual(["vera", "vera"]);
    expect(counts.filter((name) => name === "ada").length).toBeGreaterThanOrEqual(1);
  });

  it("gives each of the equal ones the same chance", () => {
    const people = ["vera", "ada", "lin"].map((name) => person(name));
    const counts = new Map<string, number>();
    for (let n = 0; n < 3_000; n++) {
      const [one] = drawTasks([task(`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`)], people, NOW);
      expect(one?.candidates).toEqual(["ada", "lin", "vera"]);
      counts.set(one?.drawn ?? "", (counts.get(one?.drawn ?? "") ?? 0) + 1);
    }
    for (const name of ["vera", "ada", "lin"]) {
      expect(counts.get(name)).toBeGreaterThan(850);
      expect(counts.get(name)).toBeLessThan(1_150);
    }
  });

  it("gives nobody more than they may have, nor what does not fit, and leaves nothing that somebody could have", () => {
    const shop = fc.constantFrom("acme", "other");
    const people = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("vera", "ada", "lin", "max"),
        shops: fc.option(fc.uniqueArray(shop, { minLength: 1 })),
        teams: fc.constantFrom([], ["vip"]),
        maxOpen: fc.integer({ min: 0, max: 4 }),
        open: fc.integer({ min: 0, max: 4 }),
      }),
      { selector: ({ name }) => name },
    );
    const tasks = fc.array(
      fc.record({ shop, team: fc.constantFrom(null, "vip"), last: fc.constantFrom(null, "vera", "gone") }),
    );
    fc.assert(
      fc.property(people, tasks, (staff, given) => {
        const on = staff.map((each) => person(each.name, each));
        const all = given.map((each, place) => task(`t${place}`, each));
        const draws = drawTasks(all, on, NOW);
        const load = new Map(on.map(({ name, open }) => [name, open]));
        const fitting = ({ shop: of, team }: TaskToDraw) =>
          on.filter(
            ({ name, shops, teams, maxOpen }) =>
              (shops === null || shops.includes(of)) &&
              (team === null || teams.includes(team)) &&
              (load.get(name) ?? 0) < maxOpen,
          );
        for (const each of all) {
          const draw = draws.find(({ task: id }) => id === each.id);
          const fit = fitting(each).map(({ name }) => name);
          if (draw === undefined) {
            expect(fit).toEqual([]);
            continue;
          }
          expect(draw.candidates).toContain(draw.drawn);
          if (each.last !== null && fit.includes(each.last))
            expect(draw).toMatchObject({ how: "same_buyer", drawn: each.last });
          else {
            const least = Math.min(...fit.map((name) => load.get(name) ?? 0));
            expect(draw.candidates).toEqual(fit.filter((name) => load.get(name) === least).sort());
          }
          load.set(draw.drawn, (load.get(draw.drawn) ?? 0) + 1);
        }
      }),
    );
  });
});
