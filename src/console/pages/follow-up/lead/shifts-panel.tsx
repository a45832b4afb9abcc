/** The shifts of a week, a row a person, in the hours of the zone of each shift. They are added and removed here; a shift in work stays when somebody else saves. */
import { Box, Button, Chip, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocale } from "use-intl/react";
import { Problem } from "../../../api/call.ts";
import { putShifts, type Shift, shiftsQuery } from "../../../api/desk.ts";
import { ProblemText } from "../../../ui/faults.tsx";
import { Loaded, Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";
import { barsOf, WEEKDAYS } from "./shift-bars.ts";

const useT = words({
  en: {
    title: "Shifts",
    note: "Hours are those of the zone of each shift. A shift belongs to the day on which it begins.",
    none: "Nobody has a shift.",
    spans: "{days} {from}–{to} {zone}",
    remove: "Remove",
    person: "Person",
    days: "Days",
    from: "From",
    to: "To",
    zone: "Time zone",
    add: "Add the shift",
    moved:
      "Somebody else saved the shifts meanwhile. Theirs are shown above, yours was not saved: look, and save again.",
  },
  zh: {
    title: "班次",
    note: "时间按各班次所在时区显示。跨夜班次归入开始的那一天。",
    none: "尚无班次。",
    spans: "{days} {from}–{to} {zone}",
    remove: "删除",
    person: "人员",
    days: "星期",
    from: "开始",
    to: "结束",
    zone: "时区",
    add: "添加班次",
    moved: "他人刚刚保存了班次：上方为其内容，您的更改尚未保存。请核对后再次保存。",
  },
});

/** 2024-01-01 was a Monday. */
const nameOf = (day: Shift["weekdays"][number], locale: string) =>
  new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" }).format(
    Date.UTC(2024, 0, 1 + WEEKDAYS.indexOf(day)),
  );

export function ShiftsPanel({ names }: { readonly names: readonly string[] }) {
  const t = useT();
  const query = useQuery(shiftsQuery);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (items: readonly Shift[]) => putShifts(items, query.data?.etag ?? ""),
    onSettled: () => Promise.all(["changes", "both"].map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
  });
  const isMoved = save.error instanceof Problem && save.error.status === 412;
  return (
    <Panel title={t("title")} note={t("note")}>
      <Loaded query={query}>
        {({ items }) => (
          <Stack>
            {items.length === 0 ? <Text size="sm">{t("none")}</Text> : null}
            {[...new Set(items.map(({ person }) => person))].map((person) => (
              <Row
                key={person}
                person={person}
                shifts={items.filter((shift) => shift.person === person)}
                busy={save.isPending}
                onRemove={(shift) => save.mutate(items.filter((each) => each !== shift))}
              />
            ))}
            <ProblemText error={save.error}>{isMoved ? t("moved") : undefined}</ProblemText>
            {names.length === 0 ? null : (
              <NewShift
                names={names}
                zone={items[0]?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}
                busy={save.isPending}
                onAdd={(shift, onSuccess) => save.mutate([...items, shift], { onSuccess })}
              />
            )}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

type RowProps = {
  readonly person: string;
  readonly shifts: readonly Shift[];
  readonly busy: boolean;
  readonly onRemove: (shift: Shift) => void;
};

function Row({ person, shifts, busy, onRemove }: RowProps) {
  const t = useT();
  const locale = useLocale();
  return (
    <Stack gap={4} role="group" aria-label={person}>
      <Text size="sm" fw={600}>
        {person}
      </Text>
      {/* The text below says the same. */}
      <Box
        aria-hidden
        pos="relative"
        h={18}
        style={{
          border: "1px solid var(--mantine-color-default-border)",
          background:
            "repeating-linear-gradient(to right, transparent 0 calc(100% / 7 - 1px), var(--mantine-color-default-border) calc(100% / 7 - 1px) calc(100% / 7))",
        }}
      >
        {shifts.flatMap((shift) =>
          barsOf(shift).map(({ begin, end }) => (
            <Box
              key={`${shift.from} ${shift.to} ${shift.zone} ${begin}`}
              pos="absolute"
              top={3}
              h={10}
              bg="var(--mantine-primary-color-filled)"
              style={{ left: `${begin * 100}%`, width: `${(end - begin) * 100}%`, borderRadius: 3 }}
            />
          )),
        )}
      </Box>
      {shifts.map((shift, at) => {
        const days = shift.weekdays.map((day) => nameOf(day, locale)).join(" ");
        const text = t("spans", { days, from: shift.from, to: shift.to, zone: shift.zone });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two shifts may be equal
          <Group key={at} gap="xs" justify="space-between">
            <Text size="sm">{text}</Text>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`${t("remove")} ${person} ${text}`}
              disabled={busy}
              onClick={() => onRemove(shift)}
            >
              {t("remove")}
            </Button>
          </Group>
        );
      })}
    </Stack>
  );
}

type NewProps = {
  readonly names: readonly string[];
  readonly zone: string;
  readonly busy: boolean;
  readonly onAdd: (shift: Shift, onSuccess: () => void) => void;
};

function NewShift({ names, zone, busy, onAdd }: NewProps) {
  const t = useT();
  const locale = useLocale();
  const [person, setPerson] = useState<string | null>(null);
  const [weekdays, setWeekdays] = useState<string[]>([]);
  const [[from, to], setTimes] = useState(["09:00", "17:00"] as readonly [string, string]);
  const [ownZone, setZone] = useState<string | null>(null);
  const add = () => {
    if (person === null) return;
    const days = WEEKDAYS.filter((day) => weekdays.includes(day));
    onAdd({ person, weekdays: days, from, to, zone: ownZone ?? zone }, () => setWeekdays([]));
  };
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <Select label={t("person")} data={[...names]} value={person} onChange={setPerson} flex="1 1 150px" />
        <TextInput
          label={t("from")}
          value={from}
          onChange={({ currentTarget }) => setTimes([currentTarget.value, to])}
          w={84}
        />
        <TextInput
          label={t("to")}
          value={to}
          onChange={({ currentTarget }) => setTimes([from, currentTarget.value])}
          w={84}
        />
        <TextInput
          label={t("zone")}
          value={ownZone ?? zone}
          onChange={({ currentTarget }) => setZone(currentTarget.value)}
          flex="1 1 150px"
        />
      </Group>
      <Chip.Group multiple value={weekdays} onChange={setWeekdays}>
        <Group gap="xs" role="group" aria-label={t("days")}>
          {WEEKDAYS.map((day) => (
            <Chip key={day} value={day} size="xs">
              {nameOf(day, locale)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Group justify="flex-end">
        <Button size="sm" onClick={add} loading={busy} disabled={person === null || weekdays.length === 0}>
          {t("add")}
        </Button>
      </Group>
    </Stack>
  );
}
