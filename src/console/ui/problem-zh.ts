/** The errors of the API in Chinese, by their code. In English the server's own words are shown. */
import type { ErrorCode } from "../../http/contract/parts/errors.ts";

export const PROBLEM_ZH: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "请求格式有误",
  invalid_json: "内容不是有效的 JSON",
  unauthorized: "登录已失效，请重新登录",
  sign_in_refused: "名称或密码不正确",
  csrf_missing: "会话已更新，请重新加载本页",
  invalid_signature: "签名不正确",
  webhook_not_configured: "该店铺尚未配置此 webhook",
  receipts_not_configured: "该渠道尚未配置回执",
  forbidden: "您的角色无权执行此操作，可请管理员调整角色",
  not_found: "没有这个地址",
  unknown_source: "没有这个 webhook 来源",
  order_not_found: "没有这个订单，请核对店铺和订单编号",
  ambiguous_order: "有多个订单使用此号码，请改用订单编号",
  no_open_case: "该订单没有进行中的案例：已付款、已关闭，或不能催付",
  case_not_found: "没有这个案例",
  task_not_found: "没有这个任务",
  task_ended: "任务已结束，无需再处理",
  task_taken: "任务已由他人领取",
  task_not_claimed: "您尚未领取该任务，或领取已过期，请重新领取",
  send_under_way: "正在给该买家发送消息，请几秒后重试",
  campaign_not_found: "没有这个活动",
  channel_not_found: "没有这个渠道",
  shop_not_found: "没有这个店铺",
  buyer_not_found: "没有这个买家",
  user_not_found: "没有这个人员，或其角色不能处理任务",
  key_not_found: "没有这个密钥，或已撤销",
  name_taken: "该名称已被使用（或曾被使用），请换一个",
  phone_not_found: "没有电话号码",
  suppression_not_found: "没有这条退订记录",
  version_not_found: "没有这个版本",
  request_timeout: "上传太慢，请重试",
  version_in_use: "该版本仍被提醒或发送记录引用，不能删除",
  precondition_failed: "他人已先行修改，请查看最新内容后再改",
  payload_too_large: "内容太大，请分成几份",
  too_many_events: "事件太多，请分成几份",
  line_too_long: "有一行太长",
  uri_too_long: "地址太长",
  unsupported_media_type: "不支持这种文件类型",
  invalid_event: "事件有误",
  unknown_shop: "该店铺未在 dunlin.yaml 中配置",
  invalid_query: "查询条件或地址有误",
  invalid_rehearsal: "演练内容有误",
  invalid_campaign: "活动内容有误，未保存",
  invalid_roster: "人员或班次有误，未保存",
  no_events: "文件中没有可用的订单",
  invalid_promise: "时间有误",
  invalid_webhook: "不是该来源的 webhook",
  invalid_receipt: "不是该服务商的回执",
  invalid_password: "密码未更改",
  invalid_body: "填写有误",
  invalid_template: "文本有误",
  template_not_rendered: "以这些数据无法生成文本：请为缺少的变量设置默认值或 {{#if}}",
  precondition_required: "缺少版本信息，请重新加载本页",
  rate_limited: "尝试次数过多，请稍候再试",
  rehearsal_under_way: "另一次演练正在进行，请稍候再试",
  headers_too_large: "请求头太大",
  internal_error: "服务器内部错误，请凭请求编号联系开发人员",
  store_unavailable: "服务器暂时连不上数据库，请稍后再试",
  query_timeout: "查询耗时过长，请缩小范围或稍后再试",
  overloaded: "服务器繁忙，请稍后再试",
  shutting_down: "服务器正在重启，请稍后再试",
};

/** The words of the server say more than the code does: which orders, which value, which line. They follow in brackets. */
const MORE: ReadonlySet<string> = new Set<ErrorCode>([
  ...(["invalid_json", "ambiguous_order", "version_in_use", "invalid_event", "template_not_rendered"] as const),
  ...(["invalid_query", "invalid_rehearsal", "invalid_promise", "invalid_password", "invalid_request"] as const),
]);

/** null: the code is not known here. */
export function problemZh(code: string, detail: string): string | null {
  const words = Object.hasOwn(PROBLEM_ZH, code) ? PROBLEM_ZH[code as ErrorCode] : null;
  return words !== null && MORE.has(code) ? `${words}（${detail}）` : words;
}
