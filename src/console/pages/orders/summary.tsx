/** What happened, and why nothing was sent, in sentences. They are made from codes, so that each language has its own. */
import { Alert, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useLocale } from "use-intl/react";
import type { OrderStory } from "../../api/lists.ts";
import { useFormats } from "../../ui/formats.ts";
import { useReason } from "../../ui/reasons.ts";
import { words } from "../../ui/words.ts";
import { notChasedWords } from "./not-chased.ts";

const useT = words({
  en: {
    title: "What happened",
    recovered: "Recovered: {amount} was paid after the reminder {step} of {at}.",
    not_paid: "Not paid yet.",
    closed_unpaid: "Closed unpaid.",
    paid_unaided: "Paid, but not because of a reminder.",
    refunded: "Paid and refunded, so it does not count as recovered.",
    sent: "{count, plural, one {One reminder was} other {# reminders were}} sent, the last on {at} by {channel}.",
    nothing: "Nothing was sent: {reasons}.",
    soFar: "Nothing was sent so far, and as it stands nothing will be: {reasons}.",
    nothingYet: "Nothing was sent yet.",
    neverDue: "Nothing was sent: no reminder was ever due for it.",
    notChased: "No reminder may be sent for it: {why}.",
    next: "The next reminder, {step}, is due on {at}.",
    paused: "It waits, because something of it is paused.",
    held: "It waits, because the payment method {method} is paused.",
    manual: "A person takes care of it.",
    kept: "It was kept from people on {at}, to compare them with the reminders.",
    promised: "The buyer promised to pay by {at}.",
    and: ", ",
    space: " ",
  },
  zh: {
    title: "发生了什么",
    recovered: "已挽回：在 {at} 的提醒 {step} 之后付款 {amount}。",
    not_paid: "尚未付款。",
    closed_unpaid: "未付款，已关闭。",
    paid_unaided: "已付款，但与提醒无关。",
    refunded: "付款后已退款，不计入挽回。",
    sent: "已发送 {count} 条提醒，最近一条于 {at} 通过 {channel} 发送。",
    nothing: "没有发送：{reasons}。",
    soFar: "尚未发送，按目前情况也不会发送：{reasons}。",
    nothingYet: "尚未发送提醒。",
    neverDue: "没有发送：该订单从未有到期的提醒。",
    notChased: "该订单目前不能催付：{why}。",
    next: "下一条提醒 {step} 将于 {at} 到期。",
    paused: "因相关部分已暂停而等待。",
    held: "因支付方式 {method} 已暂停而等待。",
    manual: "由人工跟进。",
    kept: "{at} 起不转人工，用于与自动提醒对比。",
    promised: "买家承诺在 {at} 前付款。",
    and: "，",
    space: "",
  },
});

export function Summary({ story }: { readonly story: OrderStory }) {
  const t = useT();
  const sentences = useSentences(story);
  return (
    <Alert
      color="teal"
      variant="default"
      icon={<IconInfoCircle />}
      title={t("title")}
      role="region"
      aria-label={t("title")}
    >
      <Text fw={600}>{sentences.join(t("space"))}</Text>
    </Alert>
  );
}

function useSentences({ order, cases, reminders, recovery, ending }: OrderStory): readonly string[] {
  const t = useT();
  const reason = useReason();
  const locale = useLocale();
  const { money, shopTime } = useFormats();
  const own = reminders.filter(({ namesOrder }) => namesOrder);
  const sent = own
    .flatMap(({ deliveries }) => deliveries)
    .filter(({ state }) => state === "accepted")
    .sort((a, b) => Date.parse(a.claimedAt) - Date.parse(b.claimedAt));
  const last = sent.at(-1);
  const open = cases.filter(({ endedAt }) => endedAt === null);
  const next = own
    .filter(({ state, kind }) => state === "planned" && kind === "send")
    .sort((a, b) => Date.parse(a.plannedAt) - Date.parse(b.plannedAt))[0];

  const result = () => {
    if (ending.code !== "recovered" || recovery === null)
      return t(ending.code === "recovered" ? "not_paid" : ending.code);
    const step = own.find(({ id }) => id === recovery.reminder)?.step ?? "";
    return t("recovered", { amount: money(recovery), step, at: shopTime(recovery.remindedAt) });
  };
  const list = (codes: readonly string[]) => [...new Set(codes)].map(reason).join(t("and"));
  const ended = [
    ...own.flatMap(({ state, reason: why }) => (state === "skipped" || state === "cancelled" ? (why?.code ?? []) : [])),
    ...cases.flatMap(({ waiting }) => waiting?.code ?? []),
  ];
  const planned = own.flatMap((each) => (each.state === "planned" ? (each.reason?.code ?? []) : []));
  /** The reasons that it names. */
  const sending = (): readonly [sentence: string, named?: readonly string[]] => {
    if (last !== undefined)
      return [t("sent", { count: sent.length, at: shopTime(last.claimedAt), channel: last.channel })];
    if (ended.length > 0) return [t("nothing", { reasons: list(ended) }), ended];
    if (next !== undefined) return [t("nothingYet")];
    if (planned.length > 0) return [t("soFar", { reasons: list(planned) }), planned];
    if (order.status === "unpaid" && order.notChased !== null)
      return [t("notChased", { why: notChasedWords(order.notChased, locale) })];
    return [open.length > 0 ? t("nothingYet") : t("neverDue")];
  };
  const [sentence, named = []] = sending();
  const coming = () => {
    if (next === undefined) return [];
    const due = t("next", { step: next.step ?? "", at: shopTime(next.plannedAt) });
    if (next.held !== null) return [due, t("held", { method: next.held.method })];
    return next.paused && !named.includes("campaign_paused") ? [due, t("paused")] : [due];
  };
  const isManual = open.some(({ manual }) => manual);
  const kept = open.find(({ keptAt }) => keptAt !== null)?.keptAt;
  const promised = open.find(({ promise }) => promise !== null)?.promise;
  return [
    result(),
    sentence,
    ...coming(),
    ...(isManual && !named.includes("manual") ? [t("manual")] : []),
    ...(kept ? [t("kept", { at: shopTime(kept) })] : []),
    ...(promised ? [t("promised", { at: shopTime(promised.at) })] : []),
  ];
}
