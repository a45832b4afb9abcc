/** `dunlin desk outcome ID OUTCOME` */
import { Argument, Command, Option } from "commander";
import { BUYER_REASONS, type BuyerReason, TASK_OUTCOMES, type TaskOutcome } from "../../../core/desk/words.ts";
import type { When } from "../../../core/values/when.ts";
import { findTask } from "../../../followup/desk/list.ts";
import { recordOutcome } from "../../../followup/desk/results.ts";
import { refusalText } from "../../../followup/promise-words.ts";
import { notEmpty, when } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { CommandError, commandActor } from "../../context.ts";
import { examples } from "../../help.ts";
import { refuse, withTaskId } from "./task.ts";

type Options = { readonly reason?: BuyerReason; readonly note?: string; readonly at?: When };

const DONE: Readonly<Record<TaskOutcome, string>> = {
  will_pay: "Recorded. No reminder is sent before then. It is a task again if the order is not paid by then.",
  not_reached: "Recorded. The task stays in the list.",
  order_changed: "Recorded. The case waits for the next event of its orders, and is due again then.",
  opted_out: "Recorded. The buyer gets no message of the shop any more.",
  refused: "Recorded. No reminder is sent for the case any more.",
  done: "Recorded. No reminder is sent for the case any more.",
};

export const outcomeCommand: Describe = (cli) =>
  new Command("outcome")
    .description("Record how a case goes on whose task you have claimed")
    .argument("<id>", "id of the task, or the beginning of it", notEmpty)
    .addArgument(new Argument("<outcome>", "how it goes on").choices(TASK_OUTCOMES))
    .option("--at <time>", "with will_pay: when the buyer pays; with not_reached: when to try again", when)
    .addOption(new Option("--reason <reason>", "why it is unpaid, as the buyer says").choices(BUYER_REASONS))
    .option("--note <text>", "a note, stored encrypted", notEmpty)
    .addHelpText(
      "after",
      examples(
        "dunlin desk outcome 3f2a81bc will_pay --at 20:00",
        "dunlin desk outcome 3f2a81bc refused --reason bought_elsewhere",
      ),
    )
    .action((id: string, outcome: TaskOutcome, options: Options) =>
      runCommand(cli, (context) => {
        const { at = null, reason = null, note = null } = options;
        if (outcome === "will_pay" && at === null)
          throw new CommandError("--at: say when the buyer will pay, like --at 20:00");
        if (at !== null && outcome !== "will_pay" && outcome !== "not_reached")
          throw new CommandError("--at: goes with will_pay and not_reached only");
        const times = outcome === "will_pay" ? { promiseAt: at, againAt: null } : { promiseAt: null, againAt: at };
        return withTaskId(context, id, async (deps, whole) => {
          const result = await recordOutcome(deps, commandActor(), whole, { outcome, reason, note, ...times });
          if (result.kind === "past") throw new CommandError("--at: is in the past: give a later time");
          if (result.kind === "too_late") {
            const task = await findTask(deps, whole);
            throw new CommandError(`--at: ${refusalText(result, deps.zoneOf(task?.shop ?? ""))}`);
          }
          if (result.kind !== "changed") refuse(result);
          context.out(DONE[outcome]);
        });
      }),
    );
