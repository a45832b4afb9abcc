/** A new person of the staff, or changes of one. A fault of the server stands at its field. */
import { Button, Group, Stack, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Member } from "../../../api/desk.ts";
import { words } from "../../../ui/words.ts";

export const useStaffLabels = words({
  en: {
    name: "Name",
    nameNote: "As the person signs in, or the name of a key",
    shops: "Shops",
    languages: "Languages",
    teams: "Teams",
    allNote: "With commas between them; empty: all",
    teamsNote: "Named by manual.team of campaigns",
    maxOpen: "Open tasks at most",
    amount: "Wage per hour",
    currency: "Currency",
    active: "Gets tasks",
    add: "Add the person",
    save: "Save the person",
    leave: "Cancel",
  },
  zh: {
    name: "姓名",
    nameNote: "与登录名或密钥名称一致",
    shops: "店铺",
    languages: "语言",
    teams: "团队",
    allNote: "以逗号分隔，留空即为全部",
    teamsNote: "活动的 manual.team 所指的团队",
    maxOpen: "任务上限",
    amount: "时薪",
    currency: "币种",
    active: "接收任务",
    add: "添加人员",
    save: "保存人员",
    leave: "取消",
  },
});

/** As the server names what it refuses. */
export const STAFF_FIELDS = ["name", "shops", "languages", "teams", "maxOpen", "amount", "currency"] as const;

type Props = {
  /** null: a new one. */
  readonly first: Member | null;
  readonly busy: boolean;
  /** In which the person is paid until another one is typed. `shops`: those of the person; none: all. */
  readonly currencyOf: (shops: readonly string[]) => string;
  readonly faults: Partial<Record<(typeof STAFF_FIELDS)[number], string>>;
  readonly onLeave: () => void;
  readonly onSave: (member: Member) => void;
};

const MAX_OPEN = "10";

const LISTS = ["shops", "languages", "teams"] as const;
type List = (typeof LISTS)[number];
/** A name may have a comma in it: a list that was not changed is sent as it was. */
const written = (values: readonly string[] | null | undefined): string => values?.join(", ") ?? "";
const read = (text: string): string[] => text.split(/[,，]/).flatMap((part) => part.trim() || []);

export function StaffForm({ first, busy, currencyOf, faults, onLeave, onSave }: Props) {
  const t = useStaffLabels();
  const [name, setName] = useState(first?.name ?? "");
  const [lists, setLists] = useState(() => ({
    shops: written(first?.shops),
    languages: written(first?.languages),
    teams: written(first?.teams),
  }));
  const [maxOpen, setMaxOpen] = useState(first === null ? MAX_OPEN : String(first.maxOpen));
  const [wage, setWage] = useState(first?.costPerHour?.amount ?? "");
  const [chosen, setCurrency] = useState(first?.costPerHour?.currency ?? null);
  const [active, setActive] = useState(first?.active ?? true);
  const listOf = (of: List) => (lists[of] === written(first?.[of]) ? (first?.[of] ?? []) : read(lists[of]));
  const currency = chosen ?? currencyOf(listOf("shops"));
  const maybe = (values: readonly string[]) => (values.length === 0 ? null : values);
  const save = () =>
    onSave({
      ...{
        name: name.trim(),
        shops: maybe(listOf("shops")),
        languages: maybe(listOf("languages")),
        teams: listOf("teams"),
      },
      active,
      // What is no number is sent as it is: the server says what is wrong with it.
      maxOpen: /^\d+$/.test(maxOpen.trim()) ? Number(maxOpen) : (maxOpen as unknown as number),
      costPerHour: wage.trim() === "" ? null : { amount: wage.trim(), currency: currency.trim() },
    });
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-start">
        <TextInput
          label={t("name")}
          description={t("nameNote")}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={faults.name}
          disabled={first !== null}
          flex="1 1 220px"
        />
        {LISTS.map((of) => (
          <TextInput
            key={of}
            label={t(of)}
            description={t(of === "teams" ? "teamsNote" : "allNote")}
            value={lists[of]}
            onChange={({ currentTarget }) => setLists({ ...lists, [of]: currentTarget.value })}
            error={faults[of]}
            flex="1 1 220px"
          />
        ))}
      </Group>
      <Group gap="xs" align="flex-start">
        <TextInput
          label={t("maxOpen")}
          value={maxOpen}
          onChange={({ currentTarget }) => setMaxOpen(currentTarget.value)}
          error={faults.maxOpen}
          inputMode="numeric"
          flex="1 1 130px"
        />
        <TextInput
          label={t("amount")}
          value={wage}
          onChange={({ currentTarget }) => setWage(currentTarget.value)}
          error={faults.amount}
          inputMode="decimal"
          flex="1 1 130px"
        />
        <TextInput
          label={t("currency")}
          value={currency}
          onChange={({ currentTarget }) => setCurrency(currentTarget.value)}
          error={faults.currency}
          flex="1 1 90px"
        />
        <Switch
          label={t("active")}
          checked={active}
          onChange={({ currentTarget }) => setActive(currentTarget.checked)}
          mt={28}
          flex="1 1 150px"
        />
      </Group>
      <Group justify="flex-end">
        {first === null ? null : (
          <Button size="sm" variant="default" onClick={onLeave}>
            {t("leave")}
          </Button>
        )}
        <Button size="sm" onClick={save} loading={busy} disabled={name.trim() === ""}>
          {t(first === null ? "add" : "save")}
        </Button>
      </Group>
    </Stack>
  );
}
