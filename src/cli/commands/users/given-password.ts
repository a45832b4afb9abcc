/** How a person gets a password: by the first line of standard input, or by a link to set one. */
import { text } from "node:stream/consumers";
import { Option } from "commander";
import { linkPath, PasswordError } from "../../../access/users.ts";
import type { Config } from "../../../config/config.ts";
import { CommandError } from "../../context.ts";

/** Never an argument: those are seen by every user of the machine, and kept by shells. */
export const passwordOption = () =>
  new Option("--password-stdin", "read the password from standard input, in place of a link");

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

/** Where people reach the service: `publicUrl`, else where it listens. */
export function linkOf({ publicUrl, host, port }: Pick<Config, "publicUrl" | "host" | "port">, token: string): string {
  const local = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `${(publicUrl ?? `http://${local}:${port}`).replace(/\/+$/, "")}${linkPath(token)}`;
}
