/** The staff, which admins add, change, switch off and remove here. A person in work stays when somebody else saves. */
import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocale } from "use-intl/react";
import { Problem } from "../../../api/call.ts";
import { type Member, putStaff, staffQuery } from "../../../api/desk.ts";
import { shopsQuery } from "../../../api/pauses.ts";
import { useMay } from "../../../api/session.ts";
import { labelsOf, rowFaults } from "../../../ui/fault-words.ts";
import { ProblemText } from "../../../ui/faults.tsx";
import { useFormats } from "../../../ui/formats.ts";
import { Loaded, Panel } from "../../../ui/parts/panel.tsx";
import { type Locale, words } from "../../../ui/words.ts";
import { firstCurrency } from "./first-currency.ts";
import { withMember } from "./staff-change.ts";
import { STAFF_FIELDS, StaffForm, useStaffLabels } from "./staff-form.tsx";

const useT = words({
  en: {
    title: "Staff",
    none: "There is no staff: no task is assigned, and everybody takes what they find.",
    shops: "shops: {list}",
    languages: "languages: {list}",
    teams: "teams: {list}",
    all: "all",
    most: "at most {count, plural, one {# open task} other {# open tasks}}",
    wage: "{wage} per hour",
    away: "gets no tasks",
    change: "Change",
    off: "Switch off",
    on: "Switch on",
    remove: "Remove",
    removeSure: "Remove {name} from the staff?",
    note: "Tasks are assigned to people on shift. One who is switched off keeps what they have.",
    moved: "Somebody else saved the staff meanwhile. Theirs is shown above, yours was not saved: look, and save again.",
  },
  zh: {
    title: "人员设置",
    none: "尚无人员：不会自动指派任务，任务由各人自行领取。",
    shops: "店铺：{list}",
    languages: "语言：{list}",
    teams: "团队：{list}",
    all: "全部",
    most: "最多 {count} 个未完成任务",
    wage: "时薪 {wage}",
    away: "不接任务",
    change: "修改",
    off: "停用",
    on: "启用",
    remove: "删除",
    removeSure: "从人员名单中删除 {name}？",
    note: "任务只指派给在班人员。停用后，手上的任务仍归本人。",
    moved: "他人刚刚保存了人员设置：上方为其内容，您的更改尚未保存。请核对后再次保存。",
  },
});

/** `key`: of the form, which is emptied with it. */
type Work = { readonly first: Member | null; readonly key: number };

export function StaffPanel() {
  const t = useT();
  const label = useStaffLabels();
  const isAdmin = useMay("admin");
  const query = useQuery(staffQuery);
  const shops = useQuery(shopsQuery).data?.items ?? [];
  const queries = useQueryClient();
  const [{ first, key }, setWork] = useState<Work>({ first: null, key: 0 });
  const [isBehind, setBehind] = useState(false);
  const save = useMutation({
    mutationFn: ({ items }: { readonly items: readonly Member[]; readonly place: number }) =>
      putStaff(items, query.data?.etag ?? ""),
    onMutate: () => setBehind(false),
    onSettled: () => Promise.all(["changes", "both"].map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
  });
  const begin = (member: Member | null) => {
    setWork({ first: member, key: key + 1 });
    setBehind(false);
    save.reset();
  };
  const locale = useLocale() as Locale;
  const refused = save.error instanceof Problem && save.error.status === 422 ? (save.error.body?.errors ?? []) : [];
  const faults = rowFaults(refused, save.variables?.place ?? -1, STAFF_FIELDS, locale);
  const isMoved = isBehind || (save.error instanceof Problem && save.error.status === 412);
  return (
    <Panel title={t("title")} note={t("note")}>
      <Loaded query={query}>
        {({ items }) => (
          <Stack>
            {items.length === 0 ? <Text size="sm">{t("none")}</Text> : null}
            {items.map((member) => (
              <Row
                key={member.name}
                member={member}
                busy={save.isPending}
                verbs={
                  isAdmin
                    ? {
                        change: () => begin(member),
                        [member.active ? "off" : "on"]: () =>
                          save.mutate({
                            items: items.map((each) => (each === member ? { ...each, active: !each.active } : each)),
                            place: -1,
                          }),
                        remove: () => {
                          if (window.confirm(t("removeSure", { name: member.name })))
                            save.mutate({ items: items.filter((each) => each !== member), place: -1 });
                        },
                      }
                    : {}
                }
              />
            ))}
            {isMoved ? <ProblemText error={save.error ?? "moved"}>{t("moved")}</ProblemText> : null}
            {faults === null && !isMoved ? (
              <ProblemText error={save.error} labels={labelsOf(STAFF_FIELDS, label)} />
            ) : null}
            {isAdmin ? (
              <StaffForm
                key={key}
                first={first}
                busy={save.isPending}
                currencyOf={(names) => firstCurrency(names, shops, items)}
                faults={faults ?? {}}
                onLeave={() => begin(null)}
                onSave={(member) => {
                  const change = withMember(items, first, member);
                  if (change !== null) return save.mutate(change, { onSuccess: () => begin(null) });
                  // The input stays, and the next save goes over what is shown now.
                  setWork({ first: items.find(({ name }) => name === member.name) ?? null, key });
                  setBehind(true);
                }}
              />
            ) : null}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

const VERBS = ["change", "off", "on", "remove"] as const;

type RowProps = {
  readonly member: Member;
  readonly busy: boolean;
  readonly verbs: Partial<Record<(typeof VERBS)[number], () => void>>;
};

function Row({ member, busy, verbs }: RowProps) {
  const t = useT();
  const { money } = useFormats();
  const { name, shops, languages, teams, maxOpen, costPerHour, active } = member;
  const listed = (list: readonly string[] | null) => list?.join(", ") ?? t("all");
  const facts = [
    t("shops", { list: listed(shops) }),
    t("languages", { list: listed(languages) }),
    ...(teams.length === 0 ? [] : [t("teams", { list: teams.join(", ") })]),
    t("most", { count: maxOpen }),
    ...(costPerHour === null ? [] : [t("wage", { wage: money(costPerHour) })]),
  ];
  return (
    <Group gap="xs" justify="space-between" role="group" aria-label={name}>
      <Stack gap={2} flex="1 1 240px">
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {name}
          </Text>
          {active ? null : (
            <Badge tt="none" variant="default">
              {t("away")}
            </Badge>
          )}
        </Group>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {facts.join(" · ")}
        </Text>
      </Stack>
      <Group gap="xs">
        {VERBS.flatMap((verb) => {
          const act = verbs[verb];
          return act === undefined
            ? []
            : [
                <Button
                  key={verb}
                  size="compact-xs"
                  variant="default"
                  aria-label={`${t(verb)} ${name}`}
                  disabled={busy}
                  onClick={act}
                >
                  {t(verb)}
                </Button>,
              ];
        })}
      </Group>
    </Group>
  );
}
