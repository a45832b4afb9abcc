/** The profiles: a file each, and one entry here. A file is the first one whose headings it has. */
import { alibaba1688 } from "./alibaba-1688.ts";
import { jd } from "./jd.ts";
import { pinduoduo } from "./pinduoduo.ts";
import { ANYWHERE, FIELDS, type Profile } from "./profile.ts";
import { shopify } from "./shopify.ts";
import { taobao } from "./taobao.ts";
import { advancedOrderExport, woocommerce } from "./woocommerce.ts";
import { youzan } from "./youzan.ts";

/** A table whose headings are the names of the fields. `--map` alone starts from it. */
export const plain: Profile = {
  ...ANYWHERE,
  name: "plain",
  known: ["id", "createdAt", "amount"],
  columns: Object.fromEntries(FIELDS.map((field) => [field, [field]])),
};

export const PROFILES: readonly Profile[] = [
  taobao,
  alibaba1688,
  shopify,
  woocommerce,
  advancedOrderExport,
  youzan,
  pinduoduo,
  jd,
  plain,
];

export const profileNames: readonly string[] = [...new Set(PROFILES.map(({ name }) => name))];
