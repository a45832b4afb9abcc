/** The commands of `dunlin`, in the order of `dunlin --help`. */
import { Command } from "commander";
import type { Cli, Describe } from "./command.ts";
import { command as campaigns } from "./commands/campaigns/campaigns.ts";
import { command as desk } from "./commands/desk/desk.ts";
import { command as erase } from "./commands/erase.ts";
import { command as explain } from "./commands/explain.ts";
import { command as importEvents } from "./commands/import/import.ts";
import { command as keys } from "./commands/keys/keys.ts";
import { command as notices } from "./commands/notices.ts";
import { channels, shops } from "./commands/pauses/parts.ts";
import { paymentMethods } from "./commands/pauses/payment-methods.ts";
import { command as promise } from "./commands/promise.ts";
import { command as rehearse } from "./commands/rehearse.ts";
import { command as report } from "./commands/report.ts";
import { command as restored } from "./commands/restored/restored.ts";
import { command as sendTest } from "./commands/send-test.ts";
import { command as api } from "./commands/service/api.ts";
import { command as demo } from "./commands/service/demo.ts";
import { command as doctor } from "./commands/service/doctor.ts";
import { command as migrate } from "./commands/service/migrate.ts";
import { command as start } from "./commands/service/start.ts";
import { command as worker } from "./commands/service/worker.ts";
import { suppressCommand, unsuppressCommand } from "./commands/suppress.ts";
import { command as upcoming } from "./commands/upcoming.ts";
import { command as users } from "./commands/users/users.ts";
import { ABOUT, version } from "./help.ts";

const COMMANDS: readonly Describe[] = [
  start,
  api,
  worker,
  migrate,
  importEvents,
  report,
  explain,
  upcoming,
  suppressCommand,
  unsuppressCommand,
  erase,
  promise,
  desk,
  sendTest,
  rehearse,
  campaigns,
  channels,
  shops,
  paymentMethods,
  notices,
  keys,
  users,
  doctor,
  restored,
  demo,
];

export function program(cli: Cli): Command {
  const dunlin = new Command("dunlin")
    .description("Remind buyers of their unpaid orders once and in time, and report what the reminders recovered")
    .version(version(), "-V, --version", "print the version")
    .addHelpText("after", ABOUT)
    .exitOverride()
    .showHelpAfterError("(see --help)")
    .configureHelp({ sortSubcommands: false });
  for (const describe of COMMANDS) add(dunlin, describe(cli));
  return dunlin;
}

/** Commander hands the settings of a program to the commands it makes itself, not to those added to it. */
function add(parent: Command, command: Command): void {
  parent.addCommand(command.copyInheritedSettings(parent));
  for (const inner of command.commands) inner.copyInheritedSettings(command);
}
