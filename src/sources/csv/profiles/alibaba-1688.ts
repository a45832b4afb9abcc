/** The orders of a seller on 1688: one row an item, and the cells of the order stand in its first row alone. */
import { CHINA, type Profile } from "./profile.ts";

export const alibaba1688: Profile = {
  ...CHINA,
  name: "1688",
  known: ["订单编号", "买家会员名", "实付款(元)", "货品标题"],
  columns: {
    id: ["订单编号"],
    status: ["订单状态"],
    amount: ["实付款(元)"],
    createdAt: ["订单创建时间"],
    paidAt: ["订单付款时间"],
    "buyer.id": ["买家会员名"],
    "buyer.phone": ["联系手机", "联系电话"],
    "buyer.name": ["收货人姓名"],
    "item.sku": ["货号", "SKU ID"],
    "item.title": ["货品标题"],
    "item.quantity": ["数量"],
    "item.price": ["单价(元)"],
  },
};
