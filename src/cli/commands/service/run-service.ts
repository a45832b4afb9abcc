/** Runs roles in this process until a signal or a failure ends it, then drains. */
import { type Cli, configOf } from "../../command.ts";
import { createLog } from "../../log.ts";

/** A drain that takes longer is given up. Leases expire, and another process rescues the claims. */
const DRAIN_MS = 19_000;

export async function runService(cli: Cli, roles: readonly string[], migrateEmpty: boolean): Promise<void> {
  const config = configOf(cli);
  const log = createLog(config.logLevel, 1);
  const app = await cli.service.start(config, { roles, log, print: cli.output.line, migrateEmpty });
  // It listens before it says that it is up.
  const asked = signalled();
  if (config.implicitShops)
    log.warn("no shops are configured: events of every shop are accepted, in UTC; list your shops in dunlin.yaml");
  // A log wants fields; somebody at a terminal wants to know what to do next.
  if (process.stdout.isTTY) cli.output.line(`Dunlin is up (${roles.join(", ")}). Ctrl-C stops it in order.`);
  else log.info({ roles, ...(app.url === null ? {} : { url: app.url }) }, "Dunlin is up");
  let code = 0;
  const reason = await Promise.race([asked, app.failed]);
  if (reason instanceof Error) {
    log.fatal({ err: reason }, "the database is gone");
    code = 1;
  } else log.info({ signal: reason }, "draining");
  const late = setTimeout(() => {
    log.error("the drain took too long; sends without a recorded outcome will count as unknown");
    process.exit(1);
  }, DRAIN_MS);
  await app.stop();
  clearTimeout(late);
  log.info("stopped");
  process.exit(code);
}

/** One Ctrl-C often arrives twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 2_000;

/** Resolves with the first SIGTERM or SIGINT. A later one that is no echo of it ends the process at once. */
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    let first: number | null = null;
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => {
        if (first !== null && performance.now() - first > ECHO_MS) process.exit(1);
        first ??= performance.now();
        resolve(signal);
      });
  });
}
