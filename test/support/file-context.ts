/** Stands for the context of a test where all tests of a file share what is opened. Call it at the top of the file. */
import { afterAll, expect, type TestContext } from "vitest";

export type Cleanup = Pick<TestContext, "onTestFinished">;

/** All of it is ended after the last test, the newest first, and each also if another one fails: what is left would keep the run from ending. */
export function fileContext(): Cleanup {
  const ends: Parameters<Cleanup["onTestFinished"]>[0][] = [];
  afterAll(async () => {
    const faults: unknown[] = [];
    for (const end of ends)
      await Promise.resolve(end({ task: {} } as TestContext)).catch((error: unknown) => faults.push(error));
    expect(faults).toEqual([]);
  });
  return { onTestFinished: (end) => void ends.unshift(end) };
}
