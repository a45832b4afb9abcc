/** `dunlin restored`: whether sends are held since the database came back from a copy, and what lets them go on. */
import { Command } from "commander";
import { commonZone } from "../../../config/shops.ts";
import { formatInstant } from "../../../core/values/instant.ts";
import { offsetMinutes } from "../../../core/values/zone.ts";
import { hold, type RestoredState, release, restoredState } from "../../../loss/release.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

export const command: Describe = (cli) =>
  new Command("restored")
    .description("Show whether sends are held because the database was restored from a copy, and let them go on")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin restored", "dunlin restored release", "dunlin restored hold"))
    .action(({ json = false }: { readonly json?: boolean }) => runCommand(cli, (context) => showCommand(context, json)))
    .addCommand(
      new Command("release")
        .description(
          "Let sends go on. Reminders that are due by now are skipped as unknown_outcome, since they may have gone out after the copy was made",
        )
        .option(
          "--nothing-lost",
          "send what is due: nothing was sent after the copy was made, as when the service was stopped before a move to another server",
        )
        .addHelpText("after", examples("dunlin restored release", "dunlin restored release --nothing-lost"))
        .action(({ nothingLost = false }: { readonly nothingLost?: boolean }) =>
          runCommand(cli, (context) => releaseCommand(context, nothingLost)),
        ),
    )
    .addCommand(
      new Command("hold")
        .description(
          "Hold sends by hand: after files of a stopped PostgreSQL were put back, which looks like the original",
        )
        .addHelpText("after", examples("dunlin restored hold"))
        .action(() => runCommand(cli, holdCommand)),
    );

async function showCommand(context: CommandContext, json: boolean): Promise<void> {
  const zone = commonZone(context.config);
  const at = (ms: number) => formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
  const state = await withDatabase(context, ({ sql }) => restoredState(sql));
  context.out(json ? JSON.stringify(asJson(state, at), null, 2) : text(state, at));
}

type At = (ms: number) => string;

function asJson({ held, due, lostUntil }: RestoredState, at: At) {
  const maybe = (ms: number | null) => (ms === null ? null : at(ms));
  return {
    held: held !== null,
    why: held?.why ?? null,
    heldAt: maybe(held?.at ?? null),
    lostSince: maybe(held?.lostSince ?? null),
    due,
    lostUntil: maybe(lostUntil),
  };
}

function text({ held, due, lostUntil }: RestoredState, at: At): string {
  if (held === null)
    return lostUntil === null
      ? "Sends are not held. The database was never restored from a copy."
      : `Sends are not held. Reminders that were due by ${at(lostUntil)} are not sent any more: the database was restored, or another PostgreSQL took over.`;
  const since = held.lostSince === null ? "" : ` Nothing that happened after ${at(held.lostSince)} is known for sure.`;
  return [
    `Sends are held since ${at(held.at)}: ${held.why === "held" ? "somebody held them" : "the database was restored from a copy"}.${since}`,
    `${due} reminder(s) are due. They may have gone out already.`,
    "1. Bring in the events since then: polling does it by itself; send webhooks again, or import an export of the shop.",
    "2. `dunlin restored release` lets sends go on, and skips what is due now as unknown_outcome. With --nothing-lost it is sent.",
  ].join("\n");
}

async function releaseCommand(context: CommandContext, nothingLost: boolean): Promise<void> {
  const done = await withDatabase(context, ({ sql }) => release(sql, commandActor(), { nothingLost }));
  if (done === null) throw new CommandError("sends are not held: there is nothing to let go on");
  context.out(nothingLost ? "Sends go on, with all that is due." : "Sends go on. What was due by now is not sent.");
}

async function holdCommand(context: CommandContext): Promise<void> {
  const done = await withDatabase(context, ({ sql }) => hold(sql, commandActor()));
  if (!done) throw new CommandError("sends are held already: look at `dunlin restored`");
  context.out("Sends are held. `dunlin restored release` lets them go on.");
}
