import { defineConfig } from "vitest/config";

const project = (
  name: string,
  folders: readonly string[],
  maxWorkers: number,
  groupOrder: number,
  rest: object = {},
) => ({
  extends: true as const,
  test: {
    name,
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    maxWorkers,
    sequence: { groupOrder },
    ...rest,
  },
});
/** A PostgreSQL with a migrated template, and a Redis if there is one. */
const servers = { globalSetup: ["test/support/global-setup.ts"] };

/** The projects run one after the other, the files of each side by side. */
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    projects: [
      // Pure code keeps no state, so files can share their modules: loading these takes longer than the tests.
      project("unit", ["unit", "meta"], 2, 0, { isolate: false }),
      project("store", ["integration", "http"], 3, 1, servers),
      // These start processes and mostly wait for them.
      project("process", ["faults", "e2e"], 4, 2, servers),
    ],
  },
});
