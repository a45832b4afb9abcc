/** `dunlin desk phrases ID` */
import { Command } from "commander";
import { phrasesOf } from "../../../followup/desk/phrases.ts";
import { notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { examples } from "../../help.ts";
import { phrasesThatRun } from "../../running-campaigns.ts";
import { refuse, withTaskId } from "./task.ts";

export const phrasesCommand: Describe = (cli) =>
  new Command("phrases")
    .description("Print what to write to the buyer of a task, with the amounts and times of now")
    .argument("<id>", "id of the task, or the beginning of it", notEmpty)
    .addHelpText("after", examples("dunlin desk phrases 3f2a81bc"))
    .action((id: string) =>
      runCommand(cli, (context) =>
        withTaskId(context, id, async ({ sql, vault }, whole) => {
          const phrases = await phrasesThatRun(sql, context.config);
          const found = await phrasesOf({ sql, vault, shopOf: context.config.shop, phrases: () => phrases }, whole);
          if (found === null) return refuse({ kind: "unknown_task" });
          for (const { n, name, text } of found.items) context.out(`${n} ${name}\n${text}\n`);
          for (const { n, name, message } of found.failed)
            context.note(`${n} ${name} cannot be said of this case: ${message}`);
          if (found.items.length + found.failed.length === 0)
            context.note("the campaign of this case has no phrases: add files like phrases/1-size.en.hbs to it");
        }),
      ),
    );
