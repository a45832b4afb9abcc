/** A new shift, or another one in the place of `first`. A fault of the server stands at its field. */
import { Autocomplete, Button, Chip, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useLocale } from "use-intl/react";
import type { Shift } from "../../../api/desk.ts";
import { words } from "../../../ui/words.ts";
import { nameOf, WEEKDAYS } from "./shift-bars.ts";

export const useShiftLabels = words({
  en: {
    person: "Person",
    weekdays: "Days",
    from: "From",
    to: "To",
    zone: "Time zone",
    add: "Add the shift",
    save: "Save the shift",
    leave: "Cancel",
  },
  zh: {
    person: "人员",
    weekdays: "星期",
    from: "开始",
    to: "结束",
    zone: "时区",
    add: "添加班次",
    save: "保存班次",
    leave: "取消",
  },
});

/** As the server names what it refuses. */
export const SHIFT_FIELDS = ["person", "weekdays", "from", "to", "zone"] as const;

const ZONES = Intl.supportedValuesOf("timeZone");

type Props = {
  readonly names: readonly string[];
  readonly first: Shift | null;
  readonly zone: string;
  readonly busy: boolean;
  readonly faults: Partial<Record<(typeof SHIFT_FIELDS)[number], string>>;
  readonly onLeave: () => void;
  readonly onSave: (shift: Shift, onDone: () => void) => void;
};

export function ShiftForm({ names, first, zone, busy, faults, onLeave, onSave }: Props) {
  const t = useShiftLabels();
  const locale = useLocale();
  const [person, setPerson] = useState<string | null>(first?.person ?? null);
  const [weekdays, setWeekdays] = useState<string[]>([...(first?.weekdays ?? [])]);
  const [from, setFrom] = useState(first?.from ?? "09:00");
  const [to, setTo] = useState(first?.to ?? "17:00");
  const [ownZone, setZone] = useState<string | null>(first?.zone ?? null);
  const save = () => {
    if (person === null) return;
    const days = WEEKDAYS.filter((day) => weekdays.includes(day));
    onSave({ person, weekdays: days, from, to, zone: ownZone ?? zone }, () => setWeekdays([]));
  };
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-start">
        <Select
          label={t("person")}
          data={[...names]}
          value={person}
          onChange={setPerson}
          error={faults.person}
          flex="1 1 150px"
        />
        <TextInput
          type="time"
          label={t("from")}
          value={from}
          onChange={({ currentTarget }) => setFrom(currentTarget.value)}
          error={faults.from}
          w={128}
        />
        <TextInput
          type="time"
          label={t("to")}
          value={to}
          onChange={({ currentTarget }) => setTo(currentTarget.value)}
          error={faults.to}
          w={128}
        />
        <Autocomplete
          label={t("zone")}
          data={ZONES}
          limit={8}
          value={ownZone ?? zone}
          onChange={setZone}
          error={faults.zone}
          flex="1 1 150px"
        />
      </Group>
      <Chip.Group multiple value={weekdays} onChange={setWeekdays}>
        <Group gap="xs" role="group" aria-label={t("weekdays")}>
          {WEEKDAYS.map((day) => (
            <Chip key={day} value={day} size="xs">
              {nameOf(day, locale)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {faults.weekdays === undefined ? null : (
        <Text size="sm" c="var(--mantine-color-error)">
          {faults.weekdays}
        </Text>
      )}
      <Group justify="flex-end">
        {first === null ? null : (
          <Button size="sm" variant="default" onClick={onLeave}>
            {t("leave")}
          </Button>
        )}
        <Button size="sm" onClick={save} loading={busy} disabled={person === null || weekdays.length === 0}>
          {t(first === null ? "add" : "save")}
        </Button>
      </Group>
    </Stack>
  );
}
