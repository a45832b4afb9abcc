/** The shifts of a week, a row a person, in the hours of the zone of each shift. They are added, changed and removed here; a shift in work stays when somebody else saves. */
import { Box, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocale } from "use-intl/react";
import { Problem } from "../../../api/call.ts";
import { putShifts, type Shift, shiftsQuery } from "../../../api/desk.ts";
import { labelsOf, rowFaults } from "../../../ui/fault-words.ts";
import { ProblemText } from "../../../ui/faults.tsx";
import { Loaded, Panel } from "../../../ui/parts/panel.tsx";
import { type Locale, words } from "../../../ui/words.ts";
import { barsOf, nameOf, WEEKDAYS } from "./shift-bars.ts";
import { SHIFT_FIELDS, ShiftForm, useShiftLabels } from "./shift-form.tsx";

const useT = words({
  en: {
    title: "Shifts",
    note: "Hours are those of the zone of each shift. A shift belongs to the day on which it begins.",
    none: "Nobody has a shift.",
    noStaff: "A shift belongs to a person of the staff: an admin adds people above.",
    spans: "{days} {from}–{to} {zone}",
    remove: "Remove",
    removeSure: "Remove this shift of {name}?",
    change: "Change",
    moved:
      "Somebody else saved the shifts meanwhile. Theirs are shown above, yours was not saved: look, and save again.",
  },
  zh: {
    title: "班次",
    note: "时间按各班次所在时区显示。跨夜班次归入开始的那一天。",
    none: "尚无班次。",
    noStaff: "班次只能排给已有人员：请管理员先在上方添加。",
    spans: "{days} {from}–{to} {zone}",
    remove: "删除",
    removeSure: "删除 {name} 的这个班次？",
    change: "修改",
    moved: "他人刚刚保存了班次：上方为其内容，您的更改尚未保存。请核对后再次保存。",
  },
});

/** `place`: of the shift in the form, which may be at fault; -1 without one. */
type Change = { readonly items: readonly Shift[]; readonly place: number };

export function ShiftsPanel({ names }: { readonly names: readonly string[] }) {
  const t = useT();
  const label = useShiftLabels();
  const query = useQuery(shiftsQuery);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: ({ items }: Change) => putShifts(items, query.data?.etag ?? ""),
    onSettled: () => Promise.all(["changes", "both"].map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
  });
  const [edited, setEdited] = useState<Shift | null>(null);
  const locale = useLocale() as Locale;
  const refused = save.error instanceof Problem && save.error.status === 422 ? (save.error.body?.errors ?? []) : [];
  const faults = rowFaults(refused, save.variables?.place ?? -1, SHIFT_FIELDS, locale);
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
                onChange={setEdited}
                onRemove={(shift) => {
                  if (window.confirm(t("removeSure", { name: person })))
                    save.mutate({ items: items.filter((each) => each !== shift), place: -1 });
                }}
              />
            ))}
            <ProblemText error={faults === null ? save.error : null} labels={labelsOf(SHIFT_FIELDS, label)}>
              {isMoved ? t("moved") : undefined}
            </ProblemText>
            {names.length === 0 ? (
              <Text size="sm">{t("noStaff")}</Text>
            ) : (
              <ShiftForm
                key={edited === null ? "" : textOf(edited)}
                names={names}
                first={edited}
                zone={items[0]?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}
                busy={save.isPending}
                faults={faults ?? {}}
                onLeave={() => {
                  setEdited(null);
                  save.reset();
                }}
                onSave={(shift, onDone) =>
                  save.mutate(withShift(items, edited, shift), {
                    onSuccess: () => {
                      setEdited(null);
                      onDone();
                    },
                  })
                }
              />
            )}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

const textOf = (shift: Shift): string =>
  JSON.stringify([shift.person, shift.weekdays, shift.from, shift.to, shift.zone]);

/** In the place of the one that was changed; added if that is gone meanwhile. */
function withShift(items: readonly Shift[], edited: Shift | null, shift: Shift): Change {
  const at = edited === null ? -1 : items.findIndex((each) => textOf(each) === textOf(edited));
  return at < 0
    ? { items: [...items, shift], place: items.length }
    : { items: items.toSpliced(at, 1, shift), place: at };
}

type RowProps = {
  readonly person: string;
  readonly shifts: readonly Shift[];
  readonly busy: boolean;
  readonly onChange: (shift: Shift) => void;
  readonly onRemove: (shift: Shift) => void;
};

function Row({ person, shifts, busy, onChange, onRemove }: RowProps) {
  const t = useT();
  const locale = useLocale();
  return (
    <Stack gap={4} role="group" aria-label={person}>
      <Text size="sm" fw={600}>
        {person}
      </Text>
      {/* The texts below say the same. */}
      <SimpleGrid cols={7} spacing={0} aria-hidden>
        {WEEKDAYS.map((day) => (
          <Text key={day} size="xs" c="dimmed" truncate>
            {nameOf(day, locale)}
          </Text>
        ))}
      </SimpleGrid>
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
            <Group gap="xs">
              {(["change", "remove"] as const).map((verb) => (
                <Button
                  key={verb}
                  size="compact-xs"
                  variant="default"
                  aria-label={`${t(verb)} ${person} ${text}`}
                  disabled={busy}
                  onClick={() => (verb === "change" ? onChange : onRemove)(shift)}
                >
                  {t(verb)}
                </Button>
              ))}
            </Group>
          </Group>
        );
      })}
    </Stack>
  );
}
