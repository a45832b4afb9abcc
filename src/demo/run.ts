/**
 * `dunlin demo`: the whole service in this process (embedded PostgreSQL, queue, API, workers), and outside of it a simulated shop and message
 * provider. It ends with the recovery report, the story of one order, and a check of Dunlin's figures against the logs of shop and provider.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Logger, pino } from "pino";
import type { Config } from "../config/config.ts";
import type { Env } from "../config/environment.ts";
import { loadOrCreateKeys } from "../config/keys.ts";
import { loadConfig } from "../config/load-config.ts";
import { type OpenDatabase, openDatabase } from "../db/open.ts";
import { createVault } from "../db/vault.ts";
import { suppress } from "../followup/suppress.ts";
import { SHOP, writeFiles } from "./files.ts";
import { DemoError, type Place, takePlace } from "./place.ts";
import type { Scene } from "./scene.ts";
import { type Interrupt, listenForInterrupt } from "./screen/interrupt.ts";
import { type Output, openScreen, type Screen } from "./screen/screen.ts";
import { banner, conclude, farewell, showProgress } from "./screen/show.ts";
import { startWatch } from "./screen/watch.ts";
import { startBuyers } from "./shop/buyers.ts";
import { type CastBuyer, castOf } from "./shop/cast.ts";
import { type Pace, paceOf } from "./shop/pace.ts";
import { type Person, startPerson } from "./shop/person.ts";
import { startProvider } from "./shop/provider.ts";
import { createRandom } from "./shop/random.ts";
import { startReports } from "./shop/reports.ts";
import { openShop, type Shop } from "./shop/shop.ts";

export type DemoOptions = { readonly buyers: number; readonly seconds: number; readonly seed: number };

type RunningApp = { readonly url: string | null; readonly failed: Promise<Error>; stop(): Promise<void> };
export type DemoDeps = {
  /** Starts every role, with an API on a free port. */
  readonly startApp: (config: Config, log: Logger) => Promise<RunningApp>;
  readonly env: Env;
  readonly cwd: string;
  readonly out: Output & Pick<NodeJS.WriteStream, "on">;
};

/** On a busy machine answers may take a while, and the books are complete only with them. */
const ANSWERS_MS = 15_000;
/** A stop that takes longer is given up. */
const STOP_MS = 20_000;

/** Resolves with the exit code when everything is stopped and removed. Throws DemoError, or the error of a failed start. */
export async function runDemo(deps: DemoDeps, options: DemoOptions): Promise<number> {
  const interrupt = listenForInterrupt();
  deps.out.on("error", () => interrupt.trigger());
  const screen = openScreen(deps.out, {
    noColor: Boolean(deps.env.NO_COLOR),
    term: deps.env.TERM ?? "",
  });
  const releases: (() => Promise<void> | void)[] = [];
  try {
    return await perform(deps, options, { interrupt, screen, releases });
  } finally {
    screen.settle();
    const giveUp = setTimeout(() => process.exit(1), STOP_MS);
    for (const release of releases.reverse()) await release();
    clearTimeout(giveUp);
  }
}

type Stage = {
  readonly interrupt: Interrupt;
  readonly screen: Screen;
  readonly releases: (() => Promise<void> | void)[];
};

async function perform(deps: DemoDeps, options: DemoOptions, stage: Stage): Promise<number> {
  const { interrupt, screen, releases } = stage;
  const random = createRandom(options.seed + 1);
  const pace = paceOf(options.seconds);
  const place = await takePlace(deps.env.DUNLIN_DATA_DIR || null, deps.cwd);
  releases.push(() => place.remove());
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const provider = await startProvider(secret, random);
  releases.push(() => provider.close());
  const config = await configure(deps.env, place, pace, { origin: provider.origin, secret });

  screen.say(`${screen.style.bold("Dunlin demo")}: starting PostgreSQL, queue, API and workers …`);
  const app = await deps.startApp(config, logTo(screen, deps.env.LOG_LEVEL ? config.logLevel : "error"));
  releases.push(() => app.stop());
  const gone = app.failed.then((error) => Promise.reject(error));
  gone.catch(() => {});
  if (interrupt.happened) return 130;

  const keys = await loadOrCreateKeys(config);
  if (!keys.ok || app.url === null) throw new DemoError(keys.ok ? "the API does not listen" : keys.fault);
  const database = await openDatabase({
    databaseUrl: null,
    directUrl: null,
    dataDir: config.dataDir,
    mode: "share",
    log: () => {},
    connect: { max: 2, applicationName: "dunlin demo" },
  });
  releases.push(() => database.close());
  const cast = castOf(options.seed, options.buyers, pace);
  await optOut(config, database, keys.keys.secretKey, cast);

  const { apiKey } = keys.keys;
  const reports = startReports({ url: app.url, secret, provider, random });
  releases.push(() => reports.stop());
  const scene: Scene = {
    screen,
    place,
    pace,
    cast,
    provider,
    reports,
    url: app.url,
    apiKey,
    vault: createVault(keys.keys.secretKey),
  };
  screen.say(...banner(scene));
  const faults = faultLine();
  const shop = openShop({ url: app.url, apiKey, closeAfter: pace.closeAfter, random, onFault: faults.raise });
  const person = await startPerson({ url: app.url, apiKey, pace, shop, random });
  releases.push(() => person.stop());
  const whole = await act(scene, shop, person, () => Promise.race([interrupt.promise, gone, faults.promise]));
  const stopping = place.kept ? "Stopping …" : `Stopping, and removing ${place.dir} …`;
  if (!whole) {
    screen.settle();
    screen.say("", stopping);
    return 130;
  }
  const sound = await conclude(scene, shop, person, database.sql);
  if (!screen.terminal) return sound ? 0 : 1;

  screen.say(...farewell(scene, shop));
  await Promise.race([interrupt.promise, gone]);
  screen.say("", stopping);
  return sound ? 0 : 1;
}

/** Runs the simulation until the last order has closed. `false`: it was interrupted. */
async function act(scene: Scene, shop: Shop, person: Person, ended: () => Promise<unknown>): Promise<boolean> {
  const { cast, pace, provider, reports, url, apiKey } = scene;
  const lastOrder = Math.max(...cast.flatMap(({ orders }) => orders.map(({ at }) => at)));
  const watch = startWatch(url, apiKey);
  const buyers = startBuyers(cast, shop, provider);
  const progress = showProgress(scene, shop, watch, lastOrder + pace.closeAfter);
  try {
    const over = pause(lastOrder + pace.closeAfter + 300, true, { ref: true });
    const whole = (await Promise.race([over, ended().then(() => false)])) === true;
    if (whole) await Promise.all([shop.settled(ANSWERS_MS), reports.settled(ANSWERS_MS)]);
    return whole;
  } finally {
    buyers.stop();
    await person.stop();
    await progress.stop();
    await watch.stop();
    await shop.stop();
  }
}

/** Takes little from the user's environment: the demo must not use real stores or real campaigns. */
async function configure(
  env: Env,
  place: Place,
  pace: Pace,
  provider: { readonly origin: string; readonly secret: string },
): Promise<Config> {
  const { configFile, templatesDir } = await writeFiles(join(place.dir, "demo"), pace, provider);
  const given = {
    DUNLIN_DATA_DIR: place.dir,
    DUNLIN_CONFIG: configFile,
    DUNLIN_TEMPLATES: templatesDir,
    PORT: "0",
    LOG_LEVEL: env.LOG_LEVEL,
  };
  const result = loadConfig(given, place.dir);
  if (!result.ok) throw new DemoError(result.faults.join("; "));
  return result.config;
}

/** Logs errors only, unless LOG_LEVEL is set; on a terminal above the panel. */
function logTo(screen: Screen, level: string): Logger {
  const message = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 300);
  return pino(
    { level, base: null, serializers: { err: (error: unknown) => ({ message: message(error) }) } },
    { write: (line: string) => screen.say(line.trimEnd()) },
  );
}

/** Opts out the buyers who wrote STOP before the demo, as `dunlin suppress` does. */
async function optOut(config: Config, { sql }: OpenDatabase, secretKey: Buffer, cast: readonly CastBuyer[]) {
  const deps = { sql, vault: createVault(secretKey), shopOf: config.shop };
  for (const { habit, phone } of cast)
    if (habit === "opted-out" && phone !== null)
      await suppress(deps, { who: "demo", via: "start" }, { shop: SHOP, address: phone, kind: "phone" });
}

function faultLine(): { readonly promise: Promise<never>; raise(error: Error): void } {
  let raise: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, reject) => {
    raise = (error) => reject(new DemoError(`the shop's event was refused: ${error.message}`));
  });
  promise.catch(() => {});
  return { promise, raise };
}
