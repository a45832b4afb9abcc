import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    // One file at a time: tests of processes and outages measure real time, and must not starve each other.
    fileParallelism: false,
    reporters: process.env.CI ? ["default"] : ["default"],
  },
});
