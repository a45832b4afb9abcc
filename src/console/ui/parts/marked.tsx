/** A text in which `…` are words to type. */
import { Code } from "@mantine/core";

export const Marked = ({ children }: { readonly children: string }) =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text keep their places
  children.split("`").map((part, n) => (n % 2 === 0 ? part : <Code key={n}>{part}</Code>));
