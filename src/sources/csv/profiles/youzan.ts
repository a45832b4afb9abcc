/** The orders of a shop on Youzan. The export has no time of creation: the id says it (`E20261128210621…`). */
import { CHINA, type Profile } from "./profile.ts";

export const youzan: Profile = {
  ...CHINA,
  name: "youzan",
  known: ["订单号", "订单状态", "买家手机号"],
  columns: {
    id: ["订单号"],
    status: ["订单状态"],
    amount: ["订单实付金额", "应收订单金额"],
    createdAt: ["订单创建时间", "下单时间"],
    paidAt: ["买家付款时间"],
    // The receiver of a present is not the buyer.
    "buyer.phone": ["买家手机号", "收货人手机号/提货人手机号"],
    "buyer.name": ["买家姓名", "收货人/提货人"],
    "item.title": ["全部商品名称"],
  },
  createdIn: /^E(?<time>20\d{12})\d+$/,
};
