/** The limits of WeChat's kinds of values. A value that is too long is refused, so it is cut, by code points. */

const MAX: Readonly<Record<string, number>> = {
  thing: 20,
  character_string: 32,
  phrase: 5,
  name: 10,
  number: 32,
  phone_number: 17,
};

/** `thing1` → at most 20 characters. A kind without a limit here keeps its value. */
export function fitValue(name: string, value: string): string {
  const max = MAX[name.replace(/\d+$/, "")];
  const characters = Array.from(value.replace(/[\r\n\t]+/g, " "));
  if (max === undefined || characters.length <= max) return characters.join("");
  return max <= 5 ? characters.slice(0, max).join("") : `${characters.slice(0, max - 1).join("")}…`;
}
