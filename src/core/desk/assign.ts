/** Draws the person to whom an open task is assigned. Nobody is on shift, or everybody who fits is full: it stays open for anybody. */
import { hash32 } from "../values/hash.ts";
import { canonicalLocale } from "../values/locale.ts";
import type { StaffMember } from "./roster.ts";

/** A person who is on shift. */
export type OnDuty = Pick<StaffMember, "name" | "shops" | "languages" | "teams" | "maxOpen"> & {
  /** The tasks that they have. */
  readonly open: number;
  /** The end of the shift, epoch ms. */
  readonly until: number;
};

export type TaskToDraw = {
  readonly id: string;
  readonly version: number;
  readonly shop: string;
  /** Those that the buyer reported, or the shop's. */
  readonly locale: string;
  /** null: any. */
  readonly team: string | null;
  /** The person who last had a task of the same buyer. */
  readonly last: string | null;
  /** How long it is the person's alone, ms. */
  readonly claimWithin: number;
};

export const DRAW_WAYS = ["same_buyer", "least_loaded"] as const;
export type DrawWay = (typeof DRAW_WAYS)[number];

export type Draw = {
  readonly task: string;
  readonly version: number;
  readonly how: DrawWay;
  /** Among whom it was drawn, by name: each had the same chance, so that their results can be compared. */
  readonly candidates: readonly string[];
  readonly drawn: string;
  /** Until when it is theirs alone, epoch ms. */
  readonly until: number;
};

/** In the order of `tasks`; a task that nobody gets is left out. `now`: epoch ms. */
export function drawTasks(tasks: readonly TaskToDraw[], people: readonly OnDuty[], now: number): Draw[] {
  const open = new Map(people.map((person) => [person.name, person.open]));
  const loadOf = ({ name }: OnDuty) => open.get(name) ?? 0;
  return tasks.flatMap((task): Draw[] => {
    const fit = people.filter((person) => loadOf(person) < person.maxOpen && mayHave(person, task));
    const same = fit.find(({ name }) => name === task.last);
    const least = Math.min(...fit.map(loadOf));
    const candidates = same === undefined ? fit.filter((person) => loadOf(person) === least) : [same];
    // The id is random, so this is a draw; and it comes out the same when it is repeated.
    const drawn = candidates[hash32(`desk\n${task.id}\n${task.version}`) % Math.max(1, candidates.length)];
    if (drawn === undefined) return [];
    open.set(drawn.name, loadOf(drawn) + 1);
    return [
      {
        ...{ task: task.id, version: task.version, how: same === undefined ? "least_loaded" : "same_buyer" },
        candidates: candidates.map(({ name }) => name).sort(),
        drawn: drawn.name,
        until: Math.min(now + task.claimWithin, drawn.until),
      },
    ];
  });
}

const mayHave = ({ shops, languages, teams }: OnDuty, { shop, locale, team }: TaskToDraw): boolean =>
  (shops === null || shops.includes(shop)) && (team === null || teams.includes(team)) && speaks(languages, locale);

/** `zh` is every Chinese; `zh-CN` is that one, and Chinese of no region. */
function speaks(languages: readonly string[] | null, locale: string): boolean {
  if (languages === null) return true;
  const wanted = tagOf(locale);
  return languages.map(tagOf).some((own) => wanted.startsWith(own) || own.startsWith(wanted));
}

const tagOf = (locale: string): string => `${(canonicalLocale(locale) ?? locale).toLowerCase()}-`;
