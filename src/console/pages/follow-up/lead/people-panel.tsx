/** Each person with their shift, their tasks and their last contact; also those who are off shift and still have tasks. */
import { Badge, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type DeskState, deskStateQuery } from "../../../api/desk.ts";
import { useFormats } from "../../../ui/formats.ts";
import { Wide } from "../../../ui/list/wide.tsx";
import { Marked } from "../../../ui/parts/marked.tsx";
import { Loaded, Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";

const useT = words({
  en: {
    title: "People",
    nobody: "There is no staff. An admin adds people below, or with `dunlin desk staff apply`.",
    name: "Name",
    shift: "On shift until",
    off: "off",
    always: "always",
    away: "gets no tasks",
    other: "not among the staff",
    claimed: "Claimed",
    assigned: "Assigned",
    load: "Limit",
    touched: "Last contact",
    never: "–",
  },
  zh: {
    title: "人员",
    nobody: "尚无人员。管理员可在下方添加，或使用 `dunlin desk staff apply`。",
    name: "姓名",
    shift: "在班至",
    off: "不在班",
    always: "全天候",
    away: "不接任务",
    other: "不在人员名单中",
    claimed: "处理中",
    assigned: "已指派",
    load: "任务上限",
    touched: "最近联系",
    never: "–",
  },
});

/** Shifts that follow each other without a pause count as one. ms */
const WEEK = 7 * 86_400_000;
const isEndless = (until: string): boolean => Date.parse(until) - Date.now() > WEEK;

type Person = DeskState["people"][number];

export function PeoplePanel() {
  const t = useT();
  const query = useQuery(deskStateQuery);
  const columns = [t("name"), t("shift"), ...FIGURES.map((figure) => ({ figure: t(figure) })), t("touched")];
  return (
    <Panel title={t("title")}>
      <Loaded query={query} height={80}>
        {({ people }) =>
          people.length === 0 ? (
            <Text size="sm">
              <Marked>{t("nobody")}</Marked>
            </Text>
          ) : (
            <Wide label={t("title")} columns={columns}>
              {people.map((person) => (
                <Row key={person.name} person={person} />
              ))}
            </Wide>
          )
        }
      </Loaded>
    </Panel>
  );
}

const FIGURES = ["claimed", "assigned", "load"] as const;

function Row({ person }: { readonly person: Person }) {
  const t = useT();
  const { count, shopMinute, shopTime } = useFormats();
  const { name, isStaff, active, maxOpen, onUntil, claimed, assigned, lastTouchAt } = person;
  const until = onUntil === null ? t("off") : isEndless(onUntil) ? t("always") : shopMinute(onUntil);
  const shift = !isStaff ? t("other") : active ? until : t("away");
  // Nobody works on these.
  const waits = onUntil === null && claimed + assigned > 0;
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        {waits ? (
          <Badge tt="none" color="red.9" miw="max-content">
            {shift}
          </Badge>
        ) : (
          shift
        )}
      </Table.Td>
      <Table.Td ta="right">{count(claimed)}</Table.Td>
      <Table.Td ta="right">{count(assigned)}</Table.Td>
      <Table.Td ta="right">{maxOpen === null ? "" : count(maxOpen)}</Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{lastTouchAt === null ? t("never") : shopTime(lastTouchAt)}</Table.Td>
    </Table.Tr>
  );
}
