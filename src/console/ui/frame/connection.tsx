/** Whether the figures are live. In words and by shape, not by colour alone. */
import { Badge } from "@mantine/core";
import { useFormats } from "../formats.ts";
import { words } from "../words.ts";
import { useLive } from "./live.tsx";

const useT = words({
  en: { live: "Live", connecting: "Connecting", lost: "Not connected since {time}: figures may be old" },
  zh: { live: "实时", connecting: "连接中", lost: "自 {time} 起断开，数字可能不是最新" },
});

export function Connection() {
  const t = useT();
  const live = useLive();
  const { time } = useFormats();
  const lost = live.kind === "lost";
  return (
    <Badge
      role="status"
      variant={lost ? "filled" : "dot"}
      color={lost ? "red.9" : live.kind === "live" ? "teal" : "gray"}
      tt="none"
      style={{ flexShrink: 1 }}
    >
      {lost ? t("lost", { time: time(new Date(live.since).toISOString()) }) : t(live.kind)}
    </Badge>
  );
}
