/** Two texts side by side, line by line. Long runs of equal lines are left out. */
import { Box, Table, Text } from "@mantine/core";
import { diffLines } from "diff";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    same: "{count, plural, one {1 equal line} other {# equal lines}}",
    none: "no such file",
    equal: "Both are the same.",
  },
  zh: { same: "{count} 行相同", none: "没有此文件", equal: "两者相同。" },
});

type Props = {
  /** null: the file does not exist there. */
  readonly left: string | null;
  readonly right: string | null;
  readonly names: readonly [left: string, right: string];
  readonly title: string;
};

export default function Differences({ left, right, names, title }: Props) {
  const t = useT();
  if (left === right) return <Text size="sm">{t("equal")}</Text>;
  return (
    <Table layout="fixed" fz="xs" aria-label={title} withTableBorder>
      <Table.Thead>
        <Table.Tr>
          {[left, right].map((text, at) => (
            <Table.Th key={names[at]}>
              {names[at]}
              {text === null ? ` (${t("none")})` : ""}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rowsOf(left ?? "", right ?? "").map((row) =>
          "same" in row ? (
            <Table.Tr key={row.key}>
              <Table.Td colSpan={2} c="dimmed">
                {t("same", { count: row.same })}
              </Table.Td>
            </Table.Tr>
          ) : (
            <Table.Tr key={row.key}>
              <Line text={row.left} sign={row.changed ? "-" : " "} />
              <Line text={row.right} sign={row.changed ? "+" : " "} />
            </Table.Tr>
          ),
        )}
      </Table.Tbody>
    </Table>
  );
}

function Line({ text, sign }: { readonly text: string | null; readonly sign: " " | "-" | "+" }) {
  const colour =
    text === null || sign === " " ? "transparent" : `var(--mantine-color-${sign === "-" ? "red" : "green"}-light)`;
  return (
    <Table.Td bg={colour} p={4} style={{ verticalAlign: "top" }}>
      {text === null ? null : (
        <Box
          component="code"
          c="var(--mantine-color-text)"
          style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
        >
          {sign === " " ? "" : `${sign} `}
          {text}
        </Box>
      )}
    </Table.Td>
  );
}

type Row = { readonly key: string } & (
  | { readonly left: string | null; readonly right: string | null; readonly changed: boolean }
  | { readonly same: number }
);
/** Equal lines that are shown on both sides of a change. */
const AROUND = 2;

function rowsOf(left: string, right: string): Row[] {
  const rows: Row[] = [];
  const linesOf = (value: string) => value.replace(/\n$/, "").split("\n");
  const push = (lefts: readonly string[], rights: readonly string[], changed: boolean) => {
    for (let at = 0; at < Math.max(lefts.length, rights.length); at++)
      rows.push({ key: String(rows.length), left: lefts[at] ?? null, right: rights[at] ?? null, changed });
  };
  const parts = diffLines(left, right);
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at];
    if (part === undefined) continue;
    const lines = linesOf(part.value);
    if (part.removed) {
      const next = parts[at + 1];
      if (next?.added) at++;
      push(lines, next?.added ? linesOf(next.value) : [], true);
    } else if (part.added) push([], lines, true);
    else if (lines.length <= 2 * AROUND + 1) push(lines, lines, false);
    else {
      const head = at === 0 ? [] : lines.slice(0, AROUND);
      const tail = at === parts.length - 1 ? [] : lines.slice(-AROUND);
      push(head, head, false);
      rows.push({ key: String(rows.length), same: lines.length - head.length - tail.length });
      push(tail, tail, false);
    }
  }
  return rows;
}
