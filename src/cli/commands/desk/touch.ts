/** `dunlin desk touch ID RESULT` */
import { Argument, Command, Option } from "commander";
import { BUYER_REASONS, CONTACT_RESULTS, CONTACT_WAYS } from "../../../core/desk/words.ts";
import { recordTouch, type TouchInput } from "../../../followup/desk/results.ts";
import { notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { commandActor } from "../../context.ts";
import { examples } from "../../help.ts";
import { refuse, withTaskId } from "./task.ts";

type Options = {
  readonly how: TouchInput["how"];
  readonly reason?: NonNullable<TouchInput["reason"]>;
  readonly note?: string;
};

export const touchCommand: Describe = (cli) =>
  new Command("touch")
    .description("Record a call or a message about a task that you have claimed")
    .argument("<id>", "id of the task, or the beginning of it", notEmpty)
    .addArgument(new Argument("<result>", "how it went").choices(CONTACT_RESULTS))
    .addOption(new Option("--how <way>", "how you reached them").choices(CONTACT_WAYS).default("call"))
    .addOption(new Option("--reason <reason>", "why it is unpaid, as the buyer says").choices(BUYER_REASONS))
    .option("--note <text>", "a note, stored encrypted", notEmpty)
    .addHelpText(
      "after",
      examples(
        "dunlin desk touch 3f2a81bc no_answer",
        "dunlin desk touch 3f2a81bc reached --how chat --reason doubts_goods",
      ),
    )
    .action((id: string, result: TouchInput["result"], { how, reason = undefined, note }: Options) =>
      runCommand(cli, async (context) => {
        const input = { how, result, reason: reason ?? null, note: note ?? null };
        const done = await withTaskId(context, id, (deps, whole) => recordTouch(deps, commandActor(), whole, input));
        if (done.kind !== "changed") refuse(done);
        context.out(
          result === "wrong_number"
            ? "Recorded. The number gets no message any more, and nobody is shown it again."
            : "Recorded.",
        );
      }),
    );
