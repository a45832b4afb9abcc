import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { type WatchFacts, watchMatters } from "../../../../src/core/notices/matters.ts";
import { HOUR } from "../../../../src/core/values/duration.ts";

const quiet: WatchFacts = {
  now: 100 * HOUR,
  pauses: [],
  outages: [],
  codes: [],
  due: 0,
  lagMs: 0,
  accepted: false,
  failed: 0,
  failedCode: null,
  channels: ["sms", "chat"],
  waiting: {
    ...{ unclaimed: [], unclaimedAt: null, knownUnclaimedAt: null },
    ...{ promised: [], promisedAt: null, firstPromise: null },
  },
};
const matters = (change: Partial<WatchFacts>) =>
  watchMatters({ ...quiet, ...change }, (at) => `T${at}`).map(({ matter, text }) => `${matter} | ${text}`);
const pause = (
  kind: "campaign" | "channel" | "shop",
  name: string,
  code: string | null,
  until: number | null = null,
) => ({
  ...{ kind, name, code, until, at: 5, reason: code === null ? null : "too much was rejected" },
});

test("nothing due and nothing paused is no matter", () => {
  expect(matters({})).toEqual([]);
});

test("a pause by a person is no matter", () => {
  expect(matters({ pauses: [pause("channel", "sms", null), pause("shop", "acme", null)] })).toEqual([]);
});

test("a campaign that paused itself says why, and how it goes on", () => {
  expect(matters({ pauses: [pause("campaign", "d11", "rejected")] })).toEqual([
    "campaign_paused:d11 | campaign d11 paused itself at T5: too much was rejected (rejected). After the repair: dunlin campaigns resume d11",
  ]);
  expect(matters({ pauses: [pause("channel", "sms", "isv.DAY_LIMIT_CONTROL", 9)] })[0]).toMatch(
    /It goes on by itself at T9, or by: dunlin channels resume sms$/,
  );
});

test.each<[string, Partial<WatchFacts>, number]>([
  ["much is due for an hour", { due: 20, lagMs: HOUR }, 1],
  ["much is due, but for less", { due: 500, lagMs: HOUR - 1 }, 0],
  ["little is due", { due: 19, lagMs: 5 * HOUR }, 0],
  ["many attempts failed", { failed: 20, failedCode: "timeout" }, 1],
  ["few attempts failed", { failed: 19 }, 0],
  ["much is due, and something was sent", { due: 500, lagMs: HOUR, failed: 400, accepted: true }, 0],
  [
    "somebody paused every channel",
    { due: 500, lagMs: HOUR, pauses: [pause("channel", "sms", null), pause("channel", "chat", null)] },
    0,
  ],
  ["somebody paused one channel", { due: 500, lagMs: HOUR, pauses: [pause("channel", "sms", null)] }, 1],
])("silence, when %s", (_, change, expected) => {
  expect(matters(change).filter((line) => line.startsWith("nothing_sent"))).toHaveLength(expected);
});

test.each(["alipay", "支付宝 HK", "it's", '$(echo x) `id` "a" \\ ;|&*'])(
  "the command for the method %s is whole in a shell",
  (method) => {
    const held = {
      kind: "payment_method" as const,
      name: `acme/${method}`,
      at: 5,
      until: null,
      code: "unpaid",
      reason: "x",
    };
    const [line = ""] = matters({ pauses: [held] });
    const command = line.slice(line.indexOf("dunlin payment-methods"));
    const words = execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" });
    expect(words.trimEnd().split("\n")).toEqual(["dunlin", "payment-methods", "resume", method, "--shop", "acme"]);
  },
);

test("tasks that nobody claims are news once, with the shops that have most of them", () => {
  const unclaimed = Array.from({ length: 12 }, (_, place) => ({ shop: `s${place}`, count: place + 1 }));
  const of = (unclaimedAt: number | null, knownUnclaimedAt: number | null) =>
    matters({ waiting: { ...quiet.waiting, unclaimed, unclaimedAt, knownUnclaimedAt } });
  expect(of(9, null)).toEqual([
    "tasks_unclaimed | nobody has claimed 78 tasks for 5 minutes and more: s11 12, s10 11, s9 10, s8 9, s7 8, s6 7, s5 6, s4 5, s3 4, s2 3, 2 more shops. Claim them on the page Follow-up of the console, or: dunlin desk",
  ]);
  expect([of(9, 9), of(8, 9), of(null, null)]).toEqual([[], [], []]);
  expect(of(10, 9)).toHaveLength(1);
});
