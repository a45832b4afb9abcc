import { expect, it } from "vitest";
import { createLifecycle } from "../../src/lifecycle.ts";

function recorded() {
  const logged: unknown[] = [];
  const ended: string[] = [];
  const life = createLifecycle({ error: (fields: unknown) => void logged.push(fields) });
  const later = (name: string) => async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended.push(name);
  };
  return { life, ended, logged, later };
}

it("stops all takers of work before it releases anything, and releases in reverse", async () => {
  const { life, ended, later } = recorded();
  life.onRelease(() => ended.push("database"));
  life.onStop(later("worker"));
  life.onRelease(() => ended.push("queue"));
  life.onStop(() => ended.push("timer"));
  await life.stop();
  expect(ended).toEqual(["timer", "worker", "queue", "database"]);
});

it("stops once, and every caller waits for the end", async () => {
  const { life, ended, later } = recorded();
  life.onRelease(later("database"));
  await Promise.all([life.stop(), life.stop()]);
  await life.stop();
  expect(ended).toEqual(["database"]);
});

it("logs a part that fails to end, and ends the others", async () => {
  const { life, ended, logged } = recorded();
  const broken = new Error("broken");
  life.onRelease(() => ended.push("database"));
  life.onRelease(() => Promise.reject(broken));
  life.onStop(() => {
    throw broken;
  });
  await life.stop();
  expect([ended, logged]).toEqual([["database"], [{ err: broken }, { err: broken }]]);
});
