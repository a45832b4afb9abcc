/**
 * The conformance suite for sources: every source passes it (`src/sources/source.ts` is the seam). A source's test file calls
 * `testSource` and adds only its own rules.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../src/core/order/event.ts";
import { sources } from "../../src/sources/registry.ts";
import type { Source, SourceHead, SourceHeaders } from "../../src/sources/source.ts";

export const RECEIVED_AT = Date.parse("2026-11-10T13:00:00Z");

export type SourceSample = {
  readonly source: Source;
  /** The platform's signature of these bytes, as headers or as parameters of the query. */
  readonly sign: (rawBody: Buffer, secret: string) => Readonly<Record<string, string>>;
  readonly signedIn?: "headers" | "query";
  /** The other headers of a webhook about this topic. */
  readonly headers: (topic: string) => SourceHeaders;
  /** The body around what the platform reports, which also names the topic. Absent: no such body. */
  readonly wrap?: (topic: string, payload: unknown) => unknown;
  readonly topics: readonly string[];
  /** A topic of the platform that is not about orders. */
  readonly otherTopic: string;
  /** Payloads as the platform posts them, and the events they become. */
  readonly golden: readonly { readonly topic: string; readonly payload: object; readonly events: readonly object[] }[];
};

export function testSource(sample: SourceSample): void {
  const { source, sign, headers, topics, otherTopic, golden, signedIn = "headers" } = sample;
  const { wrap = (_topic: string, payload: unknown) => payload } = sample;
  const read = (topic: string, body: unknown, rawBody = Buffer.from(JSON.stringify(body))) =>
    source.toEvents({ headers: headers(topic), body, rawBody, shop: "acme", receivedAt: RECEIVED_AT });

  describe(`source ${source.name}: registry`, () => {
    test("is listed by its name", () => {
      expect(sources.get(source.name)).toBe(source);
    });
  });

  describe(`source ${source.name}: signature`, () => {
    const secret = "hush-8d5e";
    const rawBody = Buffer.from('{ "note":"送禮 🎁 żółć", "id":1 }');
    const signed = sign(rawBody, secret);
    const verify = (given: SourceHeaders, body = rawBody) => {
      const head = headOf(given, signedIn);
      const formed = source.isSigned(head);
      const verified = source.verify({ ...head, rawBody: body, secret, settings: {}, receivedAt: RECEIVED_AT });
      // A request whose form is wrong has no valid signature either.
      if (!formed.ok) expect(verified.ok).toBe(false);
      return formed.ok ? verified : formed;
    };
    const changed = (change: (value: string) => string | string[]): SourceHeaders =>
      Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, change(value)]));
    const flipFirst = (value: string) => `${value.startsWith("A") ? "B" : "A"}${value.slice(1)}`;

    test("over the raw bytes is accepted", () => {
      expect(verify(signed)).toEqual({ ok: true });
    });

    test.each<[string, SourceHeaders]>([
      ["of another secret", sign(rawBody, "other")],
      ["cut short", changed((value) => value.slice(0, 20))],
      ["with an extra character", changed((value) => `${value}=`)],
      ["with one other character", changed(flipFirst)],
      ["that is absent", {}],
      ["that is empty", changed(() => "")],
      ["that is given twice", changed((value) => [value, value])],
    ])("%s is refused", (_name, given) => {
      const result = verify(given);
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain(secret);
    });

    test("of a cut or re-serialized body is refused", () => {
      expect(verify(signed, rawBody.subarray(0, -1)).ok).toBe(false);
      expect(verify(signed, Buffer.from(JSON.stringify(JSON.parse(rawBody.toString())))).ok).toBe(false);
    });
  });

  describe(`source ${source.name}: events`, () => {
    test.each(golden)("$topic becomes the known events", ({ topic, payload, events }) => {
      const result = read(topic, wrap(topic, payload));
      expect(result).toEqual({ ok: true, events });
      for (const event of result.ok ? result.events : []) expect(parseEvent(event)).toMatchObject({ ok: true });
    });

    test("a topic that is not about orders is ignored by name, so that the platform does not repeat it", () => {
      expect(read(otherTopic, wrap(otherTopic, { x: 1 }))).toMatchObject({
        ok: true,
        events: [],
        unknownTopic: true,
        ignored: expect.stringContaining(otherTopic),
      });
    });

    test("half a body is refused without a crash", () => {
      for (const { topic, payload } of golden) {
        const whole = Buffer.from(JSON.stringify(wrap(topic, payload)));
        expect(read(topic, undefined, whole.subarray(0, whole.length >> 1)).ok).toBe(false);
      }
    });

    test.each(["[]", "null", '"order"', "{}"])("the body %s is refused with the reason", (raw) => {
      for (const topic of topics)
        expect(read(topic, JSON.parse(raw))).toMatchObject({ ok: false, message: expect.stringMatching(/body/) });
    });

    test("any JSON in any field crashes nothing, and every event parses or names its field", () => {
      const payloads = golden.map(({ payload }) => payload);
      const change = fc.dictionary(fc.constantFrom(...payloads.flatMap(Object.keys)), fc.jsonValue(), { maxKeys: 6 });
      fc.assert(
        fc.property(fc.constantFrom(...payloads), change, fc.constantFrom(...topics), (payload, fields, topic) => {
          const result = read(topic, wrap(topic, { ...payload, ...fields }));
          for (const event of result.ok ? result.events : []) {
            const parsed = parseEvent(event);
            if (!parsed.ok) expect(parsed.rejection.message).toMatch(/^(?!event)[\w.]+: /);
          }
        }),
        { numRuns: 500 },
      );
    });
  });
}

/** A value that is given twice is a list. */
function headOf(given: SourceHeaders, signedIn: "headers" | "query"): SourceHead {
  if (signedIn === "headers") return { headers: given, query: new URLSearchParams() };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) for (const each of [value ?? []].flat()) query.append(name, each);
  return { headers: {}, query };
}
