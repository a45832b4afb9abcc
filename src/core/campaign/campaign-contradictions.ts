/**
 * Finds keys of a campaign that contradict each other. These checks run even when single keys have faults, so that all faults come out at
 * once. So they assume nothing about the value.
 */
import { didYouMean } from "../text/suggest.ts";
import type { Amounts } from "../values/policy.ts";
import { reversedIn, type ShopCurrency, severalCurrencies } from "./amounts.ts";

export type Contradiction = readonly [path: (string | number)[], message: string];

/**
 * A step may name these channels even if they are not configured: a campaign may serve installations that have only some of them. A step
 * without a configured channel ends as `no_contact`.
 */
const USUAL_CHANNELS = ["sms", "chat", "email", "voice", "whatsapp", "wechat", "push"];

/** `campaign`: the parsed file, durations in ms and instants in epoch ms. `channels`: the configured ones; null: accept any. */
export function* contradictions(
  campaign: unknown,
  channels: readonly string[] | null,
  shops: readonly ShopCurrency[],
): Generator<Contradiction> {
  const file = record(campaign);
  const steps = list(file.steps).map(record);
  const { from, to } = record(file.active);
  if (isNumber(from) && isNumber(to) && from >= to) yield [["active", "from"], "must be before `to`"];
  yield* amounts("match", file);
  yield* amounts("exclude", file);
  yield* plainNumbers(file, shops);
  yield* exclusion(file.exclude);
  yield* doubles(steps);
  for (const [index, step] of steps.entries()) {
    yield* anchor(step, index);
    yield* stepChannels(step, index, channels);
  }
  const weights = Object.values(record(file.variants));
  if (file.variants !== undefined && weights.every((weight) => weight === 0))
    yield [["variants"], "needs at least one variant with a weight above 0"];
}

function* amounts(key: "match" | "exclude", file: Record<string, unknown>): Generator<Contradiction> {
  const { min, max } = record(record(file[key]).amount);
  if (!isAmounts(min) || !isAmounts(max)) return;
  const reversed = reversedIn(min, max);
  if (reversed.length === 0) return;
  const currency = reversed[0] === "" ? "" : ` in ${reversed.join(", ")}`;
  yield [[key, "amount", "min"], `must not be more than \`max\`${currency}`];
}

/** One number for shops of several currencies: 1000 is dear in one and cheap in the other. */
export function* plainNumbers(campaign: unknown, shops: readonly ShopCurrency[]): Generator<Contradiction> {
  const file = record(campaign);
  const named = record(file.match).shops;
  const matched = Array.isArray(named) ? named.filter((shop) => typeof shop === "string") : null;
  const places: readonly (readonly string[])[] = [
    ["match", "amount", "min"],
    ["match", "amount", "max"],
    ["exclude", "amount", "min"],
    ["exclude", "amount", "max"],
    ["manual", "amountAtLeast"],
  ];
  for (const path of places) {
    const amount = path.reduce<unknown>((value, key) => record(value)[key], file);
    const fault = isDecimal(amount) ? severalCurrencies(amount, matched, shops) : null;
    if (fault !== null) yield [[...path], fault];
  }
}

function* exclusion(exclude: unknown): Generator<Contradiction> {
  if (exclude === undefined) return;
  const { shops, tags, amount } = record(exclude);
  if (shops === undefined && tags === undefined && amount === undefined && Object.keys(record(exclude)).length === 0)
    yield [["exclude"], "needs shops, tags or amount: without any it would exclude every order"];
}

const ORDER = ["first", "second", "third"];

function* doubles(steps: readonly Record<string, unknown>[]): Generator<Contradiction> {
  const seen = new Map<unknown, number>();
  for (const [index, { id }] of steps.entries()) {
    const first = seen.get(id);
    if (typeof id === "string" && first !== undefined)
      yield [
        ["steps", index, "id"],
        `is already the id of the ${ORDER[first] ?? `${first + 1}th`} step: choose another id`,
      ];
    else seen.set(id, index);
  }
}

function* anchor(step: Record<string, unknown>, index: number): Generator<Contradiction> {
  const at = record(step.at);
  const path = ["steps", index, "at"];
  const given = Object.keys(at).filter((key) => key === "afterCreated" || key === "beforeClose");
  if (typeof step.at === "object" && given.length !== 1 && Object.keys(at).length === given.length)
    yield [path, "needs exactly one of afterCreated and beforeClose"];
}

function* stepChannels(
  step: Record<string, unknown>,
  index: number,
  configured: readonly string[] | null,
): Generator<Contradiction> {
  const named = list(step.channels);
  for (const [position, name] of named.entries()) {
    if (typeof name !== "string") continue;
    const path = ["steps", index, "channels", position];
    if (named.indexOf(name) < position) yield [path, `names ${name} twice: remove one`];
    else if (configured !== null && !configured.includes(name) && !USUAL_CHANNELS.includes(name))
      yield [
        path,
        `no channel ${name} is configured${didYouMean(name, configured) || ` (there are ${configured.join(", ")})`}`,
      ];
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isDecimal(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,15}(\.\d{1,6})?$/.test(value);
}

function isAmounts(value: unknown): value is Amounts {
  return isDecimal(value) || (Object.keys(record(value)).length > 0 && Object.values(record(value)).every(isDecimal));
}
