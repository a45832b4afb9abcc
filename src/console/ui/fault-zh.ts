/**
 * The faults of fields in Chinese. They have no codes, so they are known by the server's words: a fault that is not here is shown as the
 * server says it. `$1` is what the first group found.
 */
const FAULTS: readonly (readonly [said: RegExp, zh: string])[] = [
  // Values of every form.
  [/^is required$/, "必填"],
  [/^must not be empty$/, "不能为空"],
  [/^must be a whole number$/, "必须是整数"],
  [/^must be a number$/, "必须是数字"],
  [/^must be text$/, "必须是文字"],
  [/^must be at least (\S+)$/, "不能小于 $1"],
  [/^must be at most (\S+)$/, "不能大于 $1"],
  [/^must not be negative$/, "不能为负数"],
  [/^must have at least (\d+) characters?$/, "至少 $1 个字符"],
  [/^must have at most (\d+) characters?$/, "最多 $1 个字符"],
  [/^is longer than (\d+) characters$/, "最多 $1 个字符"],
  [/^must have at least (\d+) entr(?:y|ies)$/, "至少 $1 项"],
  [/^must have at most (\d+) entr(?:y|ies)$/, "最多 $1 项"],
  [/^must not contain a NUL/, "含有不允许的字符"],
  [/^must be one of (.+)$/, "只能是：$1"],
  // Staff and shifts.
  [
    /^must consist of letters, digits, spaces and . _ @ -, at most 60, and must not be (.+)$/,
    "只能包含字母、数字、空格和 . _ @ -，最多 60 个字符，且不能是保留名称",
  ],
  [/^is there twice$/, "重复"],
  [/^must name at least one: leave the key out for all$/, "至少填写一项，留空即为全部"],
  [/^must be a time of day like "22:00"$/, "必须是时间，例如 22:00"],
  [/^must name at least one day$/, "至少选择一天"],
  [/^must not be the same as from: .*$/, "不能与开始时间相同；全天请分成两个班次，例如 00:00–12:00 和 12:00–00:00"],
  [
    /^is not an IANA time zone, like Asia\/Shanghai, or an offset, like \+08:00$/,
    "不是时区名称，例如 Asia/Shanghai 或 +08:00",
  ],
  [/^(.+) means several time zones: write (\S+) or (\S+)$/, "$1 可指多个时区，请写 $2 或 $3"],
  [/^(.+) is no time zone without daylight saving: .*$/, "$1 不是固定时区，请写时区名称，例如 America/St_Johns"],
  [/^is not a BCP 47 locale, like zh-CN$/, "不是语言代码，例如 zh-CN"],
  [/^is not an ISO 4217 currency code, like CNY$/, "不是货币代码，例如 CNY"],
  [
    /^must be an amount like "30\.00"(?:, not negative, at most six decimals)?$/,
    "必须是金额，例如 30.00，最多六位小数",
  ],
  [/^nobody who may act on tasks is called (".*"): .*$/, "没有可处理任务的人员 $1，请先以运营角色添加"],
  [/^(".*") is no shop of dunlin\.yaml$/, "dunlin.yaml 中没有店铺 $1"],
  [/^(".*") is missing and has shifts: .*$/, "$1 还有班次：请先删除其班次，或停用该人员"],
  [/^(".*") is not among the staff: .*$/, "$1 不在人员名单中，请先添加"],
  // Times: promises, tasks, lists.
  [
    /^must be a day \(today, yesterday, 2026-11-10\), a time on the shop's clock .*$/,
    "请写日期（today、yesterday、2026-11-10）、店铺时区的时间（20:00、2026-11-10 20:00）或 -2h、-7d",
  ],
  [/^must be a day, like .*$/, "请写日期，例如 yesterday、today 或 2026-11-10"],
  [/^must be a duration like .*$/, "必须是时长，例如 30m 或 2h"],
  [/^must be before to$/, "必须早于结束时间"],
  [/^(\S+) is in the past, it is (\S+) now: give a later time$/, "$1 已经过去（现在是 $2），请填写更晚的时间"],
  [
    /^the order closes at (\S+), and \S+ is not before that: give a time until (\S+), or have the close put off$/,
    "订单将于 $1 关闭，请填写不晚于 $2 的时间，或先延后关单",
  ],
  [
    /^the order closes at (\S+), and \S+ is less than (\S+) before that: give a time until (\S+), or have the close put off$/,
    "订单将于 $1 关闭，须提前至少 $2：请填写不晚于 $3 的时间，或先延后关单",
  ],
  [/^is needed with `will_pay`$/, "承诺付款时必填"],
  // Addresses.
  [
    /^(?:.* )?is not a (?:valid )?phone number: write it like \+8613812345678(?:, or .*)?$/,
    "不是有效的电话号码，例如 +8613812345678",
  ],
  [/^(?:.* )?is not an e-mail address, or nobody's$/, "不是有效的邮箱地址"],
  [/^(.+) takes no SMS: name a mobile number$/, "$1 不能接收短信，请填写手机号码"],
  // Passwords.
  [/^a password has at least (\d+) characters$/, "密码至少 $1 个字符"],
  [/^a password has at most (\d+) characters$/, "密码最多 $1 个字符"],
  [/^this password has too few different characters$/, "密码中不同的字符太少"],
  [/^a password is not made from the name$/, "密码不能由名称组成"],
  [/^the old password is wrong$/, "原密码不正确"],
  [/^only people who signed in with a password can change it$/, "只有用密码登录的人员才能更改密码"],
];

/** null: these words are not known here. */
export function faultZh(message: string): string | null {
  for (const [said, zh] of FAULTS) if (said.test(message)) return message.replace(said, zh);
  return null;
}
