import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that last longest, so that none of them begins last. Only the time of a run depends on this list. */
const LONGEST = [
  ...[
    "faults/notices",
    "faults/receipts",
    "console/settings",
    "console/campaigns",
    "console/lists",
    "console/story",
    "console/lead",
    "faults/outage",
    "faults/upgrade",
    "faults/kill",
    "faults/pause",
    "faults/postgres",
    "faults/races",
    "e2e/rehearse",
    "faults/start",
    "e2e/demo",
  ],
  ...["faults/bad-input", "faults/queue-lost", "agreement", "dispatch/rate", "intake/queue", "embedded"],
  ...["dispatch/repeat", "polling/poller", "privacy/service", "template-fuzz", "plan-properties"],
];
const rank = ({ moduleId }: TestSpecification): number => {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
  return index < 0 ? LONGEST.length : index;
};
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** These change what a worker has once, a module or its time zone, and so share it with no other file. */
const ALONE = ["test/integration/message.test.ts", "test/integration/channels/webhook.test.ts"];

/** A PostgreSQL with a migrated template, and a Redis if there is one. */
const globalSetup = ["test/support/global-setup.ts"];

/** Limits are generous: a tight one fails on a busy machine, and nowhere else. The projects run one after the other, the files of each side by side. */
export default defineConfig({
  test: {
    pool: "forks",
    hookTimeout: 60_000,
    // A page may take more than the usual second.
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/{unit,meta}/**/*.test.ts"],
          testTimeout: 300_000,
          // Pure code keeps no state, so files can share their modules: loading these takes longer than most tests.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "store",
          include: ["test/{integration,http}/**/*.test.ts"],
          exclude: ALONE,
          testTimeout: 120_000,
          globalSetup,
          provide: { reusesDatabases: true },
          // A test keeps its state in a database of its own, so files can share their modules here, too.
          isolate: false,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "process",
          include: ["test/{faults,e2e}/**/*.test.ts", ...ALONE],
          // These start processes, wait for them, and measure real time: a busy machine only makes them longer.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          globalSetup,
          // A process that was killed may leave a session behind.
          provide: { reusesDatabases: false },
          // Each starts up to four processes on both queues: with more workers a PostgreSQL of 100 connections has none left.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
