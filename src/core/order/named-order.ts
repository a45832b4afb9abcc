/** Orders by the name that people know: `#1006`. Shop systems keep it unique by habit only. */

/** Several orders of the shop have the number that was asked for. */
export class AmbiguousOrderError extends Error {
  constructor(number: string, ids: readonly string[]) {
    super(`${ids.length} orders have the number ${JSON.stringify(number)}: name one by its id, ${ids.join(" or ")}`);
  }
}

/** A number as it may be stored: with its sign or without. */
export function numberSpellings(number: string): readonly string[] {
  const bare = number.replace(/^[#＃]/u, "");
  return [...new Set([number, bare, `#${bare}`])];
}
