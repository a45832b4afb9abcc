import { expect, it } from "vitest";
import { isNobody } from "../../../../src/core/order/nobody.ts";

it.each([
  ...["0", "00", "0.0", "-1", "-", "--", "?", "{}", "[]", "", "00000000-0000-0000-0000-000000000000"],
  ...[
    "null",
    "NULL",
    "ｎｕｌｌ",
    "'null'",
    "(null)",
    "<null>",
    "undefined",
    "undefined undefined",
    "none",
    "nil",
    "NaN",
  ],
  ...[
    "n/a",
    "N/A",
    "#N/A",
    "[object Object]",
    "false",
    "unknown",
    "guest",
    "Guest",
    "GUEST USER",
    "anonymous",
    "no-id",
  ],
  ...["匿名用户", "游客", "无", "invitado", "t**1", "***", "＊＊＊", "j*n", "1.23E+17"],
])("%j stands for no one", (id) => expect(isNobody(id)).toBe(true));

it.each([
  ...[
    "b-77",
    "1",
    "10",
    "8094839668810",
    "tb123_45",
    "gid://shopify/Customer/5",
    "a0",
    "NULL1",
    "x",
    "no",
    "e@x.example",
  ],
  ...["李雷", "用户", "nora", "nilsson", "guesthouse", "anonymous123", "unknown artist", "Anna", "zero"],
])("%j is somebody", (id) => expect(isNobody(id)).toBe(false));
