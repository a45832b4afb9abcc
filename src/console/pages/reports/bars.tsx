/** Bars beside their figures. The figures are text, so nothing is said by a bar alone. */
import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

export type Bar = { readonly label: string; readonly value: number | null; readonly text: string };

/** `most`: the value of a full bar; absent: the greatest of them. */
export function Bars({ bars, most: full }: { readonly bars: readonly Bar[]; readonly most?: number }) {
  const most = full ?? Math.max(1, ...bars.map(({ value }) => value ?? 0));
  return (
    <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {bars.map(({ label, value, text }) => (
        <li key={label}>
          <Named label={label} text={text} />
          <Track>
            <div style={{ ...fill, left: 0, width: `${(100 * (value ?? 0)) / most}%` }} />
          </Track>
        </li>
      ))}
    </Stack>
  );
}

/** `low`, `value` and `high` on one scale that holds zero. */
export type Interval = {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly text: string;
  readonly more?: string;
};

export function Intervals({ intervals }: { readonly intervals: readonly Interval[] }) {
  const least = Math.min(0, ...intervals.map(({ low }) => low));
  const most = Math.max(0, ...intervals.map(({ high }) => high));
  const place = (value: number) => (most === least ? 50 : (100 * (value - least)) / (most - least));
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {intervals.map(({ label, value, low, high, text, more }) => (
        <li key={label}>
          <Named label={label} text={text} />
          <Track>
            <div style={{ ...fill, opacity: 0.5, left: `${place(low)}%`, width: `${place(high) - place(low)}%` }} />
            <div style={{ ...fill, left: `calc(${place(value)}% - 2px)`, width: 4 }} />
            <div style={{ ...zero, left: `${place(0)}%` }} />
          </Track>
          {more === undefined ? null : (
            <Text size="xs" c="dimmed">
              {more}
            </Text>
          )}
        </li>
      ))}
    </Stack>
  );
}

const Named = ({ label, text }: Pick<Bar, "label" | "text">) => (
  <Group justify="space-between" gap="xs">
    <Text size="sm">{label}</Text>
    <Text size="sm" fw={700}>
      {text}
    </Text>
  </Group>
);

const fill = {
  position: "absolute",
  top: 0,
  bottom: 0,
  background: "var(--mantine-color-teal-filled)",
  borderRadius: 3,
} as const;
const zero = { position: "absolute", top: -3, bottom: -3, width: 1, background: "var(--mantine-color-text)" } as const;

function Track({ children }: { readonly children: ReactNode }) {
  return (
    <div
      aria-hidden="true"
      style={{
        position: "relative",
        marginTop: 4,
        height: 12,
        background: "var(--mantine-color-default-hover)",
        borderRadius: 3,
      }}
    >
      {children}
    </div>
  );
}
