/** The words of the desk. */
import { words } from "../../ui/words.ts";

const EN = {
  outcomes: {
    will_pay: "Will pay",
    not_reached: "Not reached",
    refused: "Does not want it",
    opted_out: "Wants no messages",
    order_changed: "Order is being changed",
    done: "Done",
  },
  why: {
    paid: "paid",
    refunded: "refunded",
    closed: "closed",
    erased: "erased",
    moved: "belongs to another buyer now",
    handed_back: "back to the reminders",
    promised: "promised again",
  },
  kinds: {
    high_value: "high value",
    call: "to be called",
    no_contact: "no usable address",
    promise: "broken promise",
    unknown: "unknown whether it was sent",
  },
  reasons: {
    cannot_pay_online: "Cannot pay online",
    somebody_else_pays: "Somebody else pays",
    pays_later: "Pays later",
    waits_for_price: "Waits for a better price",
    wants_combined_postage: "Wants one postage for several",
    doubts_goods: "Doubts about the goods",
    wrong_address: "Wrong address",
    wrong_order: "Wrong order",
    bought_elsewhere: "Bought elsewhere",
    no_longer_wanted: "No longer wanted",
    other: "Other",
  },
} as const;

export const useDeskWords = words({
  en: EN,
  zh: {
    outcomes: {
      will_pay: "会付款",
      not_reached: "未联系上",
      refused: "不想要了",
      opted_out: "不愿再收消息",
      order_changed: "正在改单",
      done: "已完成",
    },
    why: {
      paid: "已付款",
      refunded: "已退款",
      closed: "已关闭",
      erased: "已删除",
      moved: "已归入其他买家",
      handed_back: "已交还自动提醒",
      promised: "已重新承诺",
    },
    kinds: {
      high_value: "高价值",
      call: "待致电",
      no_contact: "无可用联系方式",
      promise: "承诺未兑现",
      unknown: "不确定是否已发送",
    },
    reasons: {
      cannot_pay_online: "无法在线支付",
      somebody_else_pays: "由他人付款",
      pays_later: "稍后付款",
      waits_for_price: "等待降价",
      wants_combined_postage: "希望合并邮费",
      doubts_goods: "对商品有疑问",
      wrong_address: "地址有误",
      wrong_order: "拍错了",
      bought_elsewhere: "已在别处购买",
      no_longer_wanted: "不再需要",
      other: "其他",
    },
  },
});

export const BUYER_REASONS = Object.keys(EN.reasons) as (keyof typeof EN.reasons)[];
