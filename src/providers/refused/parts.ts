/** The refusals that several lists share. */
import type { Refusal } from "./refusals.ts";

const WECHAT = "(?:微信|薇信|威信|维信|v信|vx|wx|weixin)";

/** The buyer is asked to go on elsewhere. 微信支付 is a way to pay and no contact. */
export const contacts: readonly Refusal[] = [
  {
    kind: "contact",
    pattern: new RegExp(
      `加(?:我|您|一下|个|客服|店主|的){0,3}(?:${WECHAT}(?!支付)|v(?![a-z]))|${WECHAT}(?:号|群|id|[:：])|${WECHAT}(?!支付)[a-z][-_a-z0-9]{5,19}`,
      "u",
    ),
    why: "it leads buyers to WeChat",
    instead: "let them answer here, or name the shop's page",
  },
  {
    kind: "contact",
    pattern:
      /加(?:我|您|一下|个|客服|店主|的){0,3}(?:qq|扣扣|q(?![a-z]))|(?:qq|扣扣|企鹅)(?:号|群|[:：])?[1-9]\d{4,10}|qq(?:号|群)/u,
    why: "it leads buyers to QQ",
    instead: "let them answer here, or name the shop's page",
  },
  { kind: "contact", pattern: /加群|进群|入群|群号/u, why: "it invites to a group", instead: "remove the invitation" },
];

export const mobiles: Refusal = {
  kind: "contact",
  pattern: /(?<!\d)(?:\+?86-?)?1[3-9]\d-?\d{4}-?\d{4}(?!\d)/u,
  why: "it is a mobile number",
  instead: "name the shop's page, or the company's fixed or 400 number",
};

export const anyPhone: Refusal = {
  kind: "contact",
  pattern: /(?<!\d)(?:(?:\+?86-?)?1[3-9]\d-?\d{4}-?\d{4}|[48]00-?\d{3}-?\d{4}|0\d{2,3}-\d{7,8})(?!\d)/u,
  why: "it is a phone number",
  instead: "let buyers answer here",
};

export const dunning: Refusal = {
  kind: "word",
  pattern: /催款|催付|催缴|催收|催债|催账|讨债|欠款|欠费|拖欠|逾期/u,
  why: "it reads like debt collection",
  instead: "write a notice about the order",
};

export const rewards: readonly Refusal[] = [
  {
    kind: "word",
    pattern: /返现|返利|返钱|好评返/u,
    why: "it promises a rebate",
    instead: "write a notice about the order",
  },
  { kind: "word", pattern: /红包/u, why: "it promises a red packet", instead: "write a notice about the order" },
  { kind: "word", pattern: /中奖|抽奖|大奖/u, why: "it promises a prize", instead: "write a notice about the order" },
];

export const rackets: Refusal = {
  kind: "word",
  pattern: /[零0]元购|一元(?:夺宝|秒杀|云购)|淘口令|积分(?:兑换|领取)|邀请好评|刷单|代开发票|贷款|信用卡提额|彩票/u,
  why: "it stands for a business that may not send SMS",
  instead: "write a notice about the order",
};

export const pressure: Refusal = {
  kind: "word",
  pattern: /限时|最后(?![一二三四五六七八九十\d]*(?:页|步))|错过|仅剩|速抢|秒杀|抢购/u,
  why: "it presses buyers, which reviewers read as advertising",
  instead: "say until when the order is kept",
};

export const superlatives: Refusal = {
  kind: "word",
  pattern: /最低价|最便宜|(?:全网|史上|全年)最低|国家级|全国第一/u,
  why: "it is a superlative that the advertising law forbids",
  instead: "say what the order holds",
};

/** Public shorteners hide where a link leads. They do not include a short domain of the shop's own. */
export const shortLinks: Refusal = {
  kind: "link",
  pattern:
    /(?<![\w.-])(?:t\.cn|dwz\.cn|url\.cn|w\.url\.cn|suo\.(?:im|nz|yt)|mrw\.so|sourl\.cn|rrd\.me|dwz\.(?:lc|mk|date)|985\.so|bit\.ly|j\.mp|tinyurl\.com|goo\.gl|ow\.ly|is\.gd|v\.gd|buff\.ly|rebrand\.ly|cutt\.ly|shorturl\.at|rb\.gy|t\.co|t\.ly|s\.id)(?![\w-]|\.[a-z])/iu,
  why: "it is a public short link, which hides where it leads",
  instead: "link to the shop's own domain",
};
