/** A table that is wider than a narrow screen: it scrolls by itself, also by keyboard, and the page does not. */
import { Table } from "@mantine/core";
import type { ReactNode } from "react";

export const Wide = ({ width, children }: { readonly width: number; readonly children: ReactNode }) => (
  <Table.ScrollContainer minWidth={width} type="native" tabIndex={0}>
    {children}
  </Table.ScrollContainer>
);
