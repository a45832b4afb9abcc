/** The goods of the simulated shop and the names of its buyers. Phone numbers come from ranges that nobody answers. */
import type { Random } from "./random.ts";

export type Locale = "zh-CN" | "en";
export type Item = { readonly sku: string; readonly title: string; readonly quantity: number; readonly price: string };

type Goods = readonly [sku: string, zh: string, en: string, fen: number];

const GOODS: readonly [Goods, ...Goods[]] = [
  ["TEA-1", "明前龙井 100g", "Longjing green tea", 12800],
  ["TEA-2", "桂花乌龙 150g", "Osmanthus oolong", 8800],
  ["POT-1", "紫砂小壶", "Clay teapot", 36800],
  ["CUP-2", "青瓷对杯", "Pair of celadon cups", 15900],
  ["SCF-1", "羊毛围巾", "Wool scarf", 19900],
  ["SHR-3", "亚麻衬衫", "Linen shirt", 25900],
  ["JKT-1", "轻羽绒服", "Light down jacket", 45900],
  ["LMP-1", "竹编小夜灯", "Bamboo night light", 9900],
  ["JAM-4", "青梅果酱", "Green plum jam", 4500],
  ["UMB-1", "晴雨伞", "Sun and rain umbrella", 11900],
];
const TREASURE: Goods = ["POT-9", "大师手作紫砂壶", "Master's clay teapot", 268000];

const ZH_NAMES: readonly [string, ...string[]] = [
  "李雷",
  "韩梅梅",
  "王芳",
  "张伟",
  "刘洋",
  "陈静",
  "赵敏",
  "周杰",
  "吴桐",
  "孙悦",
  "林小雨",
  "何苗",
];
const EN_NAMES: readonly [string, ...string[]] = [
  "Anna",
  "Ben",
  "Clara",
  "David",
  "Emma",
  "Felix",
  "Grace",
  "Henry",
  "Iris",
  "Jack",
  "Kate",
  "Leo",
];
/** Area codes. Their numbers 555-01xx are reserved for fiction. */
const AREAS = [202, 212, 303, 312, 404, 415, 512, 617, 702, 713, 805, 917];

export const nameOf = (locale: Locale, random: Random): string => random.pick(locale === "en" ? EN_NAMES : ZH_NAMES);

/** A different number for each `index`. */
export function phoneOf(locale: Locale, index: number): string {
  if (locale === "zh-CN" || index >= AREAS.length * 100) return `+861990${String(index).padStart(7, "0")}`;
  const area = AREAS[index % AREAS.length] ?? 202;
  return `+1${area}55501${String(Math.floor(index / AREAS.length)).padStart(2, "0")}`;
}

/** `number` baskets without a common item, and their amounts in fen. */
export function baskets(
  locale: Locale,
  random: Random,
  number: number,
  precious: boolean,
): { readonly items: readonly Item[]; readonly amount: number }[] {
  const shelf = precious ? [TREASURE] : random.shuffle(GOODS);
  return Array.from({ length: number }, () => {
    const items = shelf.splice(0, random.chance(0.3) ? 2 : 1).map(([sku, zh, en, fen]) => {
      const quantity = !precious && random.chance(0.15) ? 2 : 1;
      return { sku, title: locale === "en" ? en : zh, quantity, price: (fen / 100).toFixed(2), sum: quantity * fen };
    });
    const amount = items.reduce((total, { sum }) => total + sum, 0);
    return { items: items.map(({ sum: _, ...item }) => item), amount };
  });
}
