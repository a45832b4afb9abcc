/** `ExportOrderList…csv` of Taobao and Tmall: GB18030, one row an order. Headings end in blanks, and later files have further columns. */
import { CHINA, type Profile } from "./profile.ts";

export const taobao: Profile = {
  ...CHINA,
  name: "taobao",
  known: ["订单编号", "买家会员名", "宝贝标题", "订单创建时间"],
  columns: {
    id: ["订单编号"],
    status: ["订单状态"],
    amount: ["总金额", "买家应付货款"],
    createdAt: ["订单创建时间"],
    paidAt: ["订单付款时间"],
    reason: ["订单关闭原因"],
    "buyer.id": ["买家会员名"],
    "buyer.phone": ["联系手机", "联系电话"],
    "buyer.name": ["收货人姓名"],
    presale: ["分阶段订单信息"],
    "item.title": ["宝贝标题"],
    "item.quantity": ["宝贝总数量"],
  },
};
