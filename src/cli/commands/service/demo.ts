/** `dunlin demo`: a simulated shop and message provider around the whole service. */
import { Command } from "commander";
import type { DemoDeps, DemoOptions } from "../../../demo/run.ts";
import { MAX_SECONDS, MIN_SECONDS } from "../../../demo/shop/pace.ts";
import { wholeNumber } from "../../arguments.ts";
import type { Describe } from "../../command.ts";
import { examples } from "../../help.ts";

const seconds = wholeNumber(MIN_SECONDS, MAX_SECONDS);

export const command: Describe = ({ env, cwd, service }) =>
  new Command("demo")
    .description("Run a simulated shop against the whole service, in a temporary directory; needs no setup")
    .option("--buyers <n>", "number of simulated buyers", wholeNumber(20, 5_000), 300)
    .option("--seconds <n>", "time from the first order to the close of the last", seconds, 60)
    .option(
      "--seed <n>",
      "seed of the simulation; the same seed gives the same buyers",
      wholeNumber(0, 2_147_483_647),
      11,
    )
    .addHelpText("after", examples("dunlin demo", "dunlin demo --buyers 1000 --seconds 120"))
    .action(async (options: DemoOptions) => {
      const startApp: DemoDeps["startApp"] = (config, log) =>
        service.start(config, { roles: service.roles, log, print: () => {}, migrateEmpty: true });
      const { runDemo } = await import("../../../demo/run.ts");
      process.exit(await runDemo({ startApp, env, cwd, out: process.stdout }, options));
    });
