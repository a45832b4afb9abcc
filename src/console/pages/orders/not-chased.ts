/** Why no reminder may be sent for an order, in the chosen language. The server says it in English. */

/** By the words of the server. */
export const NOT_CHASED_ZH: Readonly<Record<string, string>> = {
  "its amount, its creation time or its buyer is not known yet": "金额、创建时间或买家尚不清楚",
  "it is paid on delivery": "货到付款",
  "its amount is zero: nothing is owed": "金额为零，无需付款",
  "it was shipped or archived unpaid": "未付款但已发货或归档",
  "it waits for a confirmation, or for the deposit of its presale": "等待确认，或等待支付预售定金",
  "its balance window has not begun": "尾款支付时间尚未开始",
};

/** Other words are shown as they are. */
export const notChasedWords = (words: string, locale: string): string =>
  locale === "zh" ? (NOT_CHASED_ZH[words] ?? words) : words;
