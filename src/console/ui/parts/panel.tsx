/** A part of a page: a heading, an explanation and its content, or why it is not there. */
import { Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemAlert } from "../faults.tsx";
import { Marked } from "./marked.tsx";

export function Panel({
  title,
  note,
  aside,
  children,
}: {
  readonly title: string;
  /** What it counts, in which zone and window. */
  readonly note?: string | undefined;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h5">
            {title}
          </Title>
          {aside}
        </Group>
        {children}
        {note === undefined ? null : (
          <Text size="xs" c="dimmed">
            <Marked>{note}</Marked>
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

/**
 * The answer to an earlier question, until that to the new one is there: to be seen, and not to be clicked. Waiting or not, it is the same
 * element, so that a long table is not made again.
 */
const Answer = ({ waits, children }: { readonly waits: boolean; readonly children: ReactNode }) => (
  <div inert={waits} aria-busy={waits} style={waits ? { opacity: 0.5 } : { display: "contents" }}>
    {children}
  </div>
);

/** The answer of a query; while it is asked for the first time a placeholder, and what came before stays while it is asked again. */
export function Loaded<T>({
  query,
  height = 120,
  children,
}: {
  readonly query: UseQueryResult<T>;
  readonly height?: number;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined)
    return (
      <>
        {query.isError ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
        <Answer waits={query.isPlaceholderData}>{children(query.data)}</Answer>
      </>
    );
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton height={height} />;
}
