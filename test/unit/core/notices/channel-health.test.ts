import { expect, it } from "vitest";
import { type ChannelFacts, judgeHealth } from "../../../../src/core/notices/channel-health.ts";

const WELL: ChannelFacts = { paused: false, down: false, lines: [], recent: { attempts: 0, failed: 0 } };
const recent = (failed: number, attempts: number) => ({ recent: { attempts, failed } });

it.each<[Partial<ChannelFacts>, string]>([
  [{}, "healthy"],
  [{ paused: true, down: true }, "paused"],
  [{ down: true }, "failing"],
  [{ lines: [{ level: "ok" }, { level: "warning" }] }, "healthy"],
  [{ lines: [{ level: "warning" }, { level: "fault" }] }, "failing"],
  [recent(4, 4), "healthy"],
  [recent(5, 5), "failing"],
  [recent(5, 10), "healthy"],
  [recent(6, 11), "failing"],
])("%j: %s", (facts, health) => {
  expect(judgeHealth({ ...WELL, ...facts })).toBe(health);
});
