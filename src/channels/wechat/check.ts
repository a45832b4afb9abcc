/** The set-up of a WeChat channel: whether the app gets an access token, and whether it has the templates. */
import type { ChannelFinding, UsedNames } from "../../core/seams/channel-check.ts";
import { CREDENTIALS_OK, namesFound, notChecked, readAsked } from "../check-parts.ts";
import { plainCode } from "../code-table.ts";
import type { HttpAnswer } from "../http-client.ts";
import { jsonOf } from "../json-answer.ts";
import type { TokenSource } from "./token.ts";

type Kind = "subscribe" | "official";

export const wechatCheck =
  (tokens: TokenSource, ask: (path: string, token: string) => Promise<HttpAnswer>, kind: Kind) =>
  async ({ templates }: UsedNames): Promise<readonly ChannelFinding[]> => {
    const given = await tokens.get(Number.POSITIVE_INFINITY);
    if (!given.ok) {
      const { outcome } = given;
      const code = "code" in outcome ? outcome.code : "no_token";
      const message = "message" in outcome ? outcome.message : "no access token was given";
      return [
        outcome.kind === "channel-fault"
          ? { about: "credentials", ok: false, code, message }
          : notChecked(code, message),
      ];
    }
    if (templates.length === 0) return [CREDENTIALS_OK];
    const asked = readAsked(await ask(LISTS[kind].path, given.token));
    if (!asked.ok) return [CREDENTIALS_OK, asked.finding];
    const { errcode = 0, [LISTS[kind].list]: rows } = asked.answer;
    if (errcode !== 0 || !Array.isArray(rows))
      return [CREDENTIALS_OK, notChecked(plainCode(errcode), "the list of templates cannot be read")];
    const found = new Map(
      (rows as unknown[]).map((row) => [
        String(jsonOf(row)?.[LISTS[kind].id]),
        { state: "approved", message: "added" } as const,
      ]),
    );
    return [CREDENTIALS_OK, ...namesFound("template", templates, found)];
  };

const LISTS = {
  subscribe: { path: "/wxaapi/newtmpl/gettemplate", list: "data", id: "priTmplId" },
  official: { path: "/cgi-bin/template/get_all_private_template", list: "template_list", id: "template_id" },
} as const;
