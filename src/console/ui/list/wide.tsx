/** A table that may be wider than the screen: it is scrolled by itself, also by keyboard, and never the page. */
import { Table } from "@mantine/core";
import type { ReactNode } from "react";

/** A figure stands at the right, under its heading. */
export type Column = string | { readonly figure: string };

type Props = {
  readonly label: string;
  /** With columns, the children are the rows; without, they bring a head of their own. */
  readonly columns?: readonly Column[];
  readonly children: ReactNode;
};

export function Wide({ label, columns, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a table is no fieldset
    <div role="group" aria-label={label} tabIndex={0} style={{ overflowX: "auto" }}>
      <Table verticalSpacing="xs">
        {columns === undefined ? (
          children
        ) : (
          <>
            <Table.Thead>
              <Table.Tr>{columns.map(heading)}</Table.Tr>
            </Table.Thead>
            <Table.Tbody>{children}</Table.Tbody>
          </>
        )}
      </Table>
    </div>
  );
}

const heading = (column: Column, at: number) =>
  column === "" ? (
    <Table.Td key={at} />
  ) : (
    <Table.Th key={at} ta={typeof column === "string" ? "left" : "right"}>
      {typeof column === "string" ? column : column.figure}
    </Table.Th>
  );
