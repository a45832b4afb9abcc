/**
 * A command of the program in the process of the test: a process of its own takes half a second to start. Only for commands that end by
 * themselves. Notes and log lines of the command are not caught: tests of these start the program itself.
 */
import { type Command, CommanderError } from "commander";
import { CommandError } from "../../src/cli/context.ts";
import { program } from "../../src/cli/program.ts";
import { ROLE_NAMES } from "../../src/roles/names.ts";

export type Ended = { readonly code: number; readonly out: string; readonly err: string };

export async function runHere(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Record<string, string | undefined> },
): Promise<Ended> {
  let [out, err] = ["", ""];
  let code = 0;
  const unused = () => Promise.reject(new Error("nothing is started"));
  const piece = async (text: string | Uint8Array) => {
    out += typeof text === "string" ? text : Buffer.from(text).toString();
  };
  const dunlin = program({
    env,
    cwd,
    output: { line: (text) => void piece(`${text}\n`), piece },
    exitWith(given) {
      code = given;
    },
    service: { roles: ROLE_NAMES, start: unused },
  });
  const listen = (command: Command): void => {
    command.configureOutput({ writeErr: (text) => (err += text), writeOut: (text) => (out += text) });
    for (const inner of command.commands) listen(inner);
  };
  listen(dunlin);
  try {
    await dunlin.parseAsync(args, { from: "user" });
    return { code, out, err };
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2, out, err };
    if (error instanceof CommandError) return { code: 1, out, err: `${err}dunlin: ${error.message}\n` };
    throw error;
  }
}
