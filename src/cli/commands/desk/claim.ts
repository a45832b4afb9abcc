/** `dunlin desk claim ID` and `dunlin desk release ID` */
import { Command } from "commander";
import { claim, release } from "../../../followup/desk/claims.ts";
import { notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { commandActor } from "../../context.ts";
import { examples } from "../../help.ts";
import { refuse, withTaskId, yoursUntil } from "./task.ts";

const ID = "id of the task, or the beginning of it";

export const claimCommand: Describe = (cli) =>
  new Command("claim")
    .description(
      "Take a task for 15 minutes, or to the end of your shift, or renew that: its case gets no message meanwhile",
    )
    .argument("<id>", ID, notEmpty)
    .addHelpText("after", examples("dunlin desk claim 3f2a81bc"))
    .action((id: string) =>
      runCommand(cli, async (context) => {
        await withTaskId(context, id, async (deps, whole) => {
          const result = await claim(deps, commandActor(), whole);
          if (result.kind !== "changed") refuse(result);
          context.out(`${await yoursUntil(context, deps.sql, whole)}.`);
        });
      }),
    );

export const releaseCommand: Describe = (cli) =>
  new Command("release")
    .description("Let a task go: another person can take it")
    .argument("<id>", ID, notEmpty)
    .addHelpText("after", examples("dunlin desk release 3f2a81bc"))
    .action((id: string) =>
      runCommand(cli, async (context) => {
        const result = await withTaskId(context, id, (deps, whole) => release(deps, commandActor(), whole));
        if (result.kind !== "changed") refuse(result);
        context.out("Another person can take it now.");
      }),
    );
