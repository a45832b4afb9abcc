/** Where the password of a person comes from: the first line of standard input, or none, and then Dunlin makes one. */
import { text } from "node:stream/consumers";
import { Option } from "commander";
import { PasswordError } from "../../../access/users.ts";
import { CommandError } from "../../context.ts";

/** Never an argument: those are seen by every user of the machine, and kept by shells. */
export const passwordOption = () =>
  new Option("--password-stdin", "read the password from standard input, in place of making one");

export const givenPassword = async (fromStdin: boolean | undefined): Promise<string | undefined> =>
  fromStdin === true ? (await text(process.stdin)).replace(/\r?\n[\s\S]*$/, "") : undefined;

/** A password that is not taken becomes the error of the command. */
export async function taken<T>(made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    if (error instanceof PasswordError) throw new CommandError(`the password is not taken: ${error.message}`);
    throw error;
  }
}
