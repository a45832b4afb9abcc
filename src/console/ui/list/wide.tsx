/** A table that may be wider than the screen: it is scrolled by itself, also by keyboard, and never the page. */
import { Table } from "@mantine/core";
import type { ReactNode } from "react";

export function Wide({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by keyboard
    <section aria-label={label} tabIndex={0} style={{ overflowX: "auto" }}>
      <Table verticalSpacing="xs">{children}</Table>
    </section>
  );
}
