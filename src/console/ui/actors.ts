/** Actors of the audit trail that are no people: the server names them in English, and no person can have these names. */
import { words } from "./words.ts";

const useT = words({
  en: { key: "admin key", start: "first start" },
  zh: { key: "管理员密钥", start: "首次启动" },
});

export function useActor(): (who: string) => string {
  const t = useT();
  return (who) => {
    if (who === "admin key") return t("key");
    return who === "first start" ? t("start") : who;
  };
}
