import { expect, it } from "vitest";
import { shareReads } from "../../../src/reporting/live/share.ts";

it("shares a read that has not begun, and never answers with one that began before the question", async () => {
  const begun: string[] = [];
  const ends: ((fault?: Error) => void)[] = [];
  const shared = shareReads((key: string) => {
    const answer = `${key}${begun.push(key)}`;
    return new Promise<string>((resolve, reject) => {
      ends.push((fault) => (fault === undefined ? resolve(answer) : reject(fault)));
    });
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = [shared("a"), shared("a")];
  const other = shared("b");
  await turn();
  expect(begun).toEqual(["a", "b"]);
  // These came while it was read: what it read may have changed before they asked.
  const late = [shared("a"), shared("a")];
  await turn();
  expect(begun).toEqual(["a", "b"]);
  ends[0]?.();
  expect(await Promise.all(first)).toEqual(["a1", "a1"]);
  await turn();
  expect(begun).toEqual(["a", "b", "a"]);
  const last = shared("a");
  // A read that fails fails for those who share it, and for nobody else.
  ends[2]?.(new Error("gone"));
  expect(await Promise.allSettled(late)).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
  await turn();
  ends[3]?.();
  expect(await last).toBe("a4");
  ends[1]?.();
  expect(await other).toBe("b2");
  const again = shared("a");
  await turn();
  ends[4]?.();
  expect(await again).toBe("a5");
});
