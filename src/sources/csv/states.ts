/** The words for the state of an order in the exports of shop systems and in those of people. */
import { memo } from "../../core/values/memo.ts";

/**
 * `over`: closed if it was never paid, else refunded. `pending`: somebody has to confirm a payment; nobody chases it. `ignored`: it is no
 * order yet.
 */
export const STATES = ["unpaid", "pending", "paid", "refunded", "closed", "over", "ignored"] as const;
export type State = (typeof STATES)[number];

/** In the form of `wordOf`. English, Chinese, German, Spanish, French. */
const WORDS: Readonly<Record<State, readonly string[]>> = {
  unpaid: [
    ...["unpaid", "pending", "pending payment", "pending-payment", "awaiting payment", "waiting for payment", "failed"],
    ...["partially_paid", "partially paid", "expired", "open", "created", "wait_buyer_pay", "trade_no_create_pay"],
    ...["等待买家付款", "等待付款", "待付款", "待支付", "未付款", "未支付", "失败"],
    ...["zahlung ausstehend", "ausstehend", "fehlgeschlagen", "offen", "unbezahlt"],
    ...["pendiente de pago", "pendiente", "fallido", "attente paiement", "en attente de paiement", "échouée"],
  ],
  pending: [
    ...["on-hold", "on hold", "in wartestellung", "en espera", "en attente", "保留", "pay_pending", "锁定", "(锁定)"],
    "wait_pre_auth_confirm",
  ],
  paid: [
    ...[
      "paid",
      "authorized",
      "partially_refunded",
      "partially refunded",
      "processing",
      "completed",
      "complete",
      "shipped",
    ],
    ...["delivered", "fulfilled", "wait_seller_send_goods", "seller_consigned_part", "wait_buyer_confirm_goods"],
    ...["trade_buyer_signed", "trade_finished", "trade_success", "trade_paid"],
    ...[
      "买家已付款,等待卖家发货",
      "卖家已发货,等待买家确认",
      "卖家部分发货",
      "交易成功",
      "等待卖家发货",
      "等待买家确认收货",
    ],
    ...[
      "买家已付款",
      "卖家已发货",
      "待发货",
      "部分发货",
      "已发货",
      "已发货,待签收",
      "待收货",
      "已签收",
      "已收货",
      "待成团",
    ],
    ...["等待出库", "等待确认收货", "完成", "已完成", "已付款", "已支付", "待评价", "正在处理", "待核销"],
    ...["in bearbeitung", "abgeschlossen", "fertiggestellt", "bezahlt", "procesando", "completado", "pagado"],
    ...["en cours", "terminée", "payée"],
  ],
  refunded: ["refunded", "已退款", "退款成功", "rückerstattet", "erstattet", "reembolsado", "remboursée"],
  closed: [
    ...["closed", "cancelled", "canceled", "voided", "deleted", "trash", "trade_closed_by_taobao", "void"],
    ...["已取消", "取消", "storniert", "abgebrochen", "cancelado", "annulée", "superseded"],
  ],
  over: ["交易关闭", "已关闭", "交易取消", "trade_closed", "trade_close", "(删除)等待出库", "已取消,退款成功"],
  ignored: ["draft", "checkout-draft", "auto-draft", "checkout draft", "entwurf", "borrador", "brouillon", "草稿"],
};

const KNOWN: ReadonlyMap<string, State> = new Map(
  STATES.flatMap((state) => WORDS[state].map((word): [string, State] => [word.normalize("NFKC"), state])),
);

const MAX_WORDS = 1_000;

/** One width and case, without blanks around it and around commas, and without WooCommerce's `wc-`. */
export const wordOf = memo(MAX_WORDS, (text: string): string =>
  text
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replace(/\s*,\s*/g, ",")
    .replace(/\s+/g, " ")
    .replace(/^wc-/, ""),
);

/** `own`: words of this import. null: the word is not known. */
export const stateOf = (text: string, own: ReadonlyMap<string, State>): State | null =>
  own.get(wordOf(text)) ?? KNOWN.get(wordOf(text)) ?? null;
