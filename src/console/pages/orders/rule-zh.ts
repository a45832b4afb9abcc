/** How the time of a step is set, in Chinese. The server says it in English (`ruleText` in src/reporting/words.ts). */
const RULES: readonly (readonly [said: RegExp, zh: string])[] = [
  [/^(.+) is (\S+) before the order closes$/, "$1：关单前 $2"],
  [/^(.+) is (\S+) before the first of its (\d+) orders closes$/, "$1：$3 个订单中最早关单前 $2"],
  [/^(.+) is (\S+) after the order was created$/, "$1：下单后 $2"],
  [/^(.+) is (\S+) after the newest of its (\d+) orders was created$/, "$1：$3 个订单中最新下单后 $2"],
  [
    /^(.+) is twice (\S+) after the (?:order|oldest of its \d+ orders) was created, .*$/,
    "$1：最早下单后 $2 的两倍，更晚的订单不再推迟",
  ],
  [/^it is due (\S+) before the close, and no close is known: .*$/, "应在关单前 $1 发送，但关单时间未知"],
];

/** null: these words are not known here. */
export function ruleZh(text: string): string | null {
  for (const [said, zh] of RULES) if (said.test(text)) return text.replace(said, zh);
  return null;
}
