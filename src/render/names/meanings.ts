/**
 * Words that people use for a variable, in the languages and systems that texts come from, each with the variable that it means. A name
 * that is unknown is looked up here by meaning before it is compared by spelling: `amount` is near to `count` and means `total`.
 */

type Where = "root" | "order" | "item" | "buyer";
type Meaning = { readonly words: string } & { readonly [W in Where]?: string };

/** `root`: paths from the outermost level, the best first. The others: fields of that group. Words without blanks, in lower case. */
const MEANINGS: readonly Meaning[] = [
  {
    words:
      "total amount sum money price pay payable paid payment subtotal grandtotal totalamount totalprice ordertotal orderamount orderprice importe monto precio 金额 总价 总额 总金额 总计 合计 价格 价钱 订单金额 订单总额 订单总价 应付 应付金额 应付款 实付 实付金额 实付款 待付金额 待支付金额 付款金额 支付金额 尾款 尾款金额",
    root: "total order.amount",
    order: "amount",
    item: "price",
  },
  {
    words:
      "name buyer buyername customer customername user username client clientname member membername recipient receiver receivername firstname lastname fname lname fullname nick nickname buyernick usernick wangwang nombre cliente 姓名 名字 名称 称呼 昵称 买家 买家姓名 买家昵称 买家名 买家旺旺 旺旺 旺旺名 客户 客户姓名 客户名 客户名称 顾客 顾客姓名 用户 用户名 用户名称 用户昵称 会员 会员名 会员昵称 收货人 收件人 收货人姓名",
    root: "buyer.name",
    buyer: "name",
    item: "title",
  },
  {
    words: "tier level grade viplevel memberlevel 等级 级别 会员等级 用户等级 客户等级",
    root: "buyer.tier",
    buyer: "tier",
  },
  {
    words:
      "number orderno ordernum ordernumber orderid ordersn ordercode orderref reference tid tradeid tradeno outtradeno pedido numeropedido 订单 订单号 订单编号 订单号码 订单id 单号 编号 交易号 交易编号",
    root: "order.number order.id",
    order: "number id",
  },
  { words: "id code no sn", root: "order.number order.id", order: "number id", item: "sku" },
  {
    words:
      "link url href paylink payurl paymentlink paymenturl checkout checkouturl checkoutlink orderlink orderurl shorturl shortlink enlace 链接 网址 地址链接 短链 短链接 付款链接 支付链接 付款地址 支付地址 订单链接",
    root: "payUrl",
    order: "payUrl",
  },
  {
    words:
      "shop shopname shopid store storename seller sellername merchant brand company tienda 店铺 店铺名 店铺名称 店名 商店 商家 商家名称 卖家 门店 品牌",
    root: "shop",
  },
  {
    words:
      "item items product products productname producttitle goods goodsname goodstitle title titles itemname itemtitle itemlist productlist article producto productos articulo 商品 商品名 商品名称 商品标题 宝贝 宝贝名 宝贝名称 宝贝标题 产品 产品名称 货品 款式",
    root: "items",
    order: "items",
    item: "title",
  },
  {
    words:
      "count orders ordercount ordernums num nums qty quantity cantidad 数量 件数 笔数 单数 订单数 订单数量 商品数量",
    root: "count",
    item: "quantity",
  },
  {
    words:
      "closesat closetime closedat closeat close deadline due duedate duetime dueat expires expiry expiresat expireat expiretime expiration endtime validuntil vencimiento 关闭时间 截止 截止时间 截止日期 到期时间 过期时间 失效时间 付款截止时间 最晚付款时间",
    root: "closesAt",
    order: "closesAt",
  },
  {
    words:
      "timeleft lefttime remaining remainingtime timeremaining remain countdown minutes hours 剩余时间 剩余 倒计时 剩余分钟",
    root: "timeLeft",
  },
  {
    words:
      "createdat created createtime orderdate ordertime orderedat date fecha 下单时间 下单日期 创建时间 订单时间 订单日期",
    root: "order.createdAt",
    order: "createdAt",
  },
  {
    words: "note notes remark remarks memo message comment buyermessage 备注 留言 买家留言 买家备注",
    root: "order.note",
    order: "note",
  },
  { words: "currency currencycode moneda 货币 币种", root: "order.currency", order: "currency" },
  { words: "sku skuid skucode variant 规格 货号 商品编码", item: "sku", root: "items.[0].sku" },
  { words: "campaign campaignname promotion 活动 活动名称", root: "campaign" },
];

const BY_WORD = new Map<string, Meaning>();
for (const meaning of MEANINGS)
  for (const word of meaning.words.split(" ")) if (!BY_WORD.has(word)) BY_WORD.set(word, meaning);

/** `Order_No.` and `订单 号` as they are listed. */
const plain = (word: string): string =>
  word
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_.$#@:'’-]/g, "");

/** The paths or fields that a word means at that place, the best first; empty: not known. */
export function meant(word: string, where: Where): readonly string[] {
  return BY_WORD.get(plain(word))?.[where]?.split(" ") ?? [];
}

export const isListed = (word: string): boolean => BY_WORD.has(plain(word));
