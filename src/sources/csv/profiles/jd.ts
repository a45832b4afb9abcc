/** The orders of a shop on JD (POP): one row an item. */
import { CHINA, type Profile } from "./profile.ts";

export const jd: Profile = {
  ...CHINA,
  name: "jd",
  known: ["订单号", "下单时间", "应付金额", "下单帐号"],
  columns: {
    id: ["订单号"],
    status: ["订单状态"],
    amount: ["应付金额"],
    createdAt: ["下单时间"],
    paidAt: ["付款确认时间"],
    "buyer.id": ["下单帐号"],
    "buyer.phone": ["联系电话"],
    "buyer.name": ["客户姓名"],
    paymentMethod: ["支付方式"],
    "item.title": ["商品名称"],
    "item.quantity": ["订购数量"],
  },
};
