/** This machine's clock is compared with the database's: what is logged, and when queue work stops. */
import { expect, it, onTestFinished } from "vitest";
import { watchClock } from "../../../src/roles/clock-watch.ts";

async function setup(skewMs: number, errorMs = 1) {
  // The true time goes by; this machine's clock is off by `skew`.
  let time = 1_000_000;
  let skew = skewMs;
  let measured = 0;
  let away = false;
  const logged: string[] = [];
  const note = (level: string) => (_fields: object, message: string) => void logged.push(`${level}: ${message}`);
  const watch = await watchClock({
    measure: async () => {
      measured++;
      if (away) throw new Error("the database is away");
      return { ms: skew, errorMs };
    },
    log: { info: note("info"), warn: note("warn"), error: note("error") },
    wall: () => time + skew,
    monotonic: () => time,
  });
  onTestFinished(() => watch.stop());
  return {
    watch,
    logged,
    measured: () => measured,
    /** So many seconds pass, and it looks after each. */
    pass: async (seconds: number) => {
      for (let n = 0; n < seconds; n++) {
        time += 1_000;
        await watch.look();
      }
    },
    /** Somebody sets this machine's clock. */
    setClock: (ms: number) => {
      skew = ms;
    },
    cut: () => {
      away = true;
    },
    time: () => time,
  };
}

it.each([
  [0, true, []],
  [1_900, true, []],
  [-2_500, true, ["warn: this machine's clock is 2.5 s behind the database's: set it by NTP"]],
  [14_900, true, ["warn: this machine's clock is 14.9 s ahead of the database's: set it by NTP"]],
  [
    3_600_000,
    false,
    [
      "error: this machine's clock is 3600.0 s ahead of the database's: this process takes no work from the queue until it is set right, by NTP",
    ],
  ],
  [
    -16_000,
    false,
    [
      "error: this machine's clock is 16.0 s behind the database's: this process takes no work from the queue until it is set right, by NTP",
    ],
  ],
])("a clock that is off by %i ms at the start: queue work %s", async (ms, open, expected) => {
  const { watch, logged } = await setup(ms);
  expect([watch.skewMs(), watch.gate.isOpen(), logged]).toEqual([ms, open, expected]);
});

it("measures once a minute, and says a thing once", async () => {
  const { logged, measured, pass } = await setup(5_000);
  await pass(600);
  expect(measured()).toBe(11);
  expect(logged).toHaveLength(1);
});

it("blames a slow answer first: a skew that it explains does not count", async () => {
  const { watch, logged } = await setup(20_000, 19_000);
  expect([watch.gate.isOpen(), logged]).toEqual([true, []]);
});

it("notices within a second that the clock was set, also while the database is away, and that it was set right", async () => {
  const { watch, logged, pass, setClock, cut } = await setup(0);
  cut();
  setClock(-3_600_000);
  const changed = watch.gate.changed();
  await pass(1);
  await changed;
  expect(watch.gate.isOpen()).toBe(false);
  expect(watch.skewMs()).toBe(-3_600_000);
  setClock(0);
  await pass(1);
  expect(watch.gate.isOpen()).toBe(true);
  expect(logged.map((line) => line.split(":")[0])).toEqual(["error", "info"]);
});

it("knows the database's time whatever this machine's clock says", async () => {
  const { watch, pass, setClock, time } = await setup(7_000);
  expect(watch.now()).toBe(time());
  setClock(3_600_000);
  await pass(1);
  expect(watch.now()).toBe(time());
});

it("works without a measurement, until there is one", async () => {
  const watch = await watchClock({
    measure: () => Promise.reject(new Error("away")),
    log: { info() {}, warn() {}, error() {} },
  });
  onTestFinished(() => watch.stop());
  expect([watch.skewMs(), watch.gate.isOpen()]).toEqual([null, true]);
});
