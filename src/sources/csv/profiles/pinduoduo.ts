/** The orders of a shop on Pinduoduo. Phone numbers are masked. */
import { CHINA, type Profile } from "./profile.ts";

export const pinduoduo: Profile = {
  ...CHINA,
  name: "pinduoduo",
  known: ["订单号", "用户实付金额(元)", "订单成交时间"],
  columns: {
    id: ["订单号"],
    status: ["订单状态"],
    amount: ["用户实付金额(元)"],
    createdAt: ["订单成交时间"],
    "buyer.phone": ["手机", "联系电话"],
    "buyer.name": ["收货人"],
    "item.sku": ["商家编码-规格维度", "样式ID"],
    "item.title": ["商品"],
    "item.quantity": ["商品数量(件)"],
  },
};
