/** A fault that an operator can fix: one line with place and remedy, exit code 1. */
export class StartError extends Error {
  override readonly name = "StartError";
}
