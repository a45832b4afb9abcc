/** The reasons why nothing was sent, in a few plain words. */
import { words } from "./words.ts";

const EN = {
  paid: "paid before",
  paid_other_order: "paid another order",
  closed: "closed before",
  refunded: "refunded",
  no_time: "no time before the close",
  quiet_hours: "quiet hours",
  recent: "got the same step lately",
  cap: "got as many as the limit allows",
  gap: "too soon after another",
  suppressed: "opted out",
  no_contact: "no usable address",
  excluded: "excluded by the campaign",
  no_campaign: "no campaign fits",
  campaign_paused: "paused",
  holdout: "held out to measure",
  manual: "a person takes care",
  promised: "promised to pay later",
  superseded: "another step came instead",
  stale: "its time had passed",
  channel_down: "channel was down",
  rejected_by_provider: "refused by the provider",
  unknown_outcome: "unknown whether it was sent",
  erased: "erased",
} as const;

const useReasonWords = words({
  en: EN,
  zh: {
    paid: "已付款",
    paid_other_order: "已付其他订单",
    closed: "订单已关闭",
    refunded: "已退款",
    no_time: "关单前来不及",
    quiet_hours: "静默时段",
    recent: "近期已发过同一步骤",
    cap: "达到发送上限",
    gap: "与上一条间隔太短",
    suppressed: "已退订",
    no_contact: "没有可用联系方式",
    excluded: "被活动排除",
    no_campaign: "没有匹配的活动",
    campaign_paused: "已暂停",
    holdout: "对照组，不发送",
    manual: "人工跟进",
    promised: "承诺稍后付款",
    superseded: "被其他步骤取代",
    stale: "已过有效时间",
    channel_down: "渠道不可用",
    rejected_by_provider: "服务商拒绝",
    unknown_outcome: "不确定是否已发送",
    erased: "已删除",
  },
});

/** An unknown reason is shown as it is. */
export function useReason(): (reason: string | null) => string {
  const t = useReasonWords();
  return (reason) => (reason === null ? "–" : t.has(reason as never) ? t(reason as never) : reason);
}

export const REASON_CODES = Object.keys(EN);
