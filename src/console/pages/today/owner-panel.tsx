/** The owner's sentence: what the reminders brought, between what and what. */
import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Owner, ownerQuery } from "../../api/reports.ts";
import { useFormats } from "../../ui/formats.ts";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "What the reminders bring",
    note: "The last 12 weeks: buyers who were reminded against buyers who were held out. The interval is for 95%, and may be looked at every day.",
    works: "Works",
    harms: "Harms",
    cannot_tell: "Cannot tell yet",
    waiting: "Cannot tell yet",
    not_measured: "Not measured",
    no_data: "No data",
    worksText: "Reminders brought {lift} more paid cases of 1,000, between {low} and {high}.",
    harmsText: "With reminders {lift} fewer cases of 1,000 were paid, between {low} and {high}.",
    cannot_tellText:
      "The difference so far is {lift} paid cases of 1,000, but chance alone allows anything from {low} to {high}.",
    fewText:
      "The difference so far is {lift} paid cases of 1,000, but with {count, plural, one {1 buyer} other {# buyers}} in the smaller group that proves nothing yet.",
    waitingText:
      "It is not known yet: {count, plural, one {1 buyer still has} other {# buyers still have}} time to pay.",
    not_measuredText:
      "It is not known what the reminders brought. A holdout of {share} in a campaign gives the answer.",
    no_dataText: "No reminder was due in these 12 weeks, so there is nothing to report yet.",
    needs: "About {cases} more cases, {days, plural, one {1 day} other {# days}} at this pace, would show it.",
    caused: "Money that the reminders caused",
    between: "{amount} (between {low} and {high})",
  },
  zh: {
    title: "催付带来了什么",
    note: "最近 12 周：收到提醒的买家与未提醒的对照组相比。区间为 95%，可以每天查看。",
    works: "有效",
    harms: "有害",
    cannot_tell: "尚不能判断",
    waiting: "尚不能判断",
    not_measured: "未测量",
    no_data: "暂无数据",
    worksText: "每 1,000 个未付款案例中，催付多带来 {lift} 个付款，区间为 {low} 至 {high}。",
    harmsText: "催付后每 1,000 个案例反而少付 {lift} 个，区间为 {low} 至 {high}。",
    cannot_tellText: "目前每 1,000 个案例相差 {lift} 个付款，但仅凭偶然也可能在 {low} 到 {high} 之间。",
    fewText: "目前每 1,000 个案例相差 {lift} 个付款，但较小的一组只有 {count} 位买家，还不能证明什么。",
    waitingText: "还不能判断：还有 {count} 位买家仍有时间付款。",
    not_measuredText: "无法知道催付带来了什么。在活动中设置 {share} 的对照组即可得到答案。",
    no_dataText: "这 12 周没有到期的提醒，暂无可报告的内容。",
    needs: "再有约 {cases} 个案例（按目前速度约 {days} 天）即可看出。",
    caused: "催付带来的金额",
    between: "{amount}（{low} 至 {high}）",
  },
});

const COLOURS = {
  works: "teal.9",
  harms: "red.9",
  cannot_tell: "gray.7",
  waiting: "gray.7",
  not_measured: "gray.7",
  no_data: "gray.7",
};

export function OwnerPanel() {
  const t = useT();
  const query = useQuery(ownerQuery);
  return (
    <Panel title={t("title")} note={t("note")}>
      <Loaded query={query} height={64}>
        {(owner) => <Sentence owner={owner} />}
      </Loaded>
    </Panel>
  );
}

function Sentence({ owner }: { readonly owner: Owner }) {
  const t = useT();
  const { count, percent, money } = useFormats();
  const { verdict, figures, needs, holdout } = owner;
  const { lift, liftLow, liftHigh } = figures;
  const perMille = (rate: number | null) => count(Math.round((rate ?? 0) * 1_000));
  const harms = verdict === "harms";
  const isFew = verdict === "cannot_tell" && ((liftLow ?? 0) > 0 || (liftHigh ?? 0) < 0);
  const text = t(isFew ? "fewText" : `${verdict}Text`, {
    lift: perMille(harms ? -(lift ?? 0) : lift),
    low: perMille(harms ? -(liftHigh ?? 0) : liftLow),
    high: perMille(harms ? -(liftLow ?? 0) : liftHigh),
    count: isFew ? Math.min(figures.treatedBuyers, figures.holdoutBuyers) : figures.openBuyers,
    share: percent(holdout.suggested),
  });
  const measured = verdict === "works" || verdict === "harms";
  return (
    <Stack gap="xs">
      <Group gap="sm" align="center">
        <Badge size="lg" color={COLOURS[verdict]} tt="none">
          {t(verdict)}
        </Badge>
        <Text size="lg" fw={600} style={{ flex: 1, minWidth: 240 }}>
          {text}
        </Text>
      </Group>
      {needs === null ? null : <Text>{t("needs", { cases: count(needs.cases), days: needs.days })}</Text>}
      {measured
        ? figures.extraAmount.map(({ amount, low, high, currency }) => (
            <Text key={currency}>
              {t("caused")}:{" "}
              {t("between", {
                amount: money({ amount, currency }),
                low: money({ amount: low, currency }),
                high: money({ amount: high, currency }),
              })}
            </Text>
          ))
        : null}
    </Stack>
  );
}
