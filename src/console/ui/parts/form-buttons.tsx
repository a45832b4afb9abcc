/** The end of a form in a dialog: the way out, and the button that does it. */
import { Button, Group } from "@mantine/core";
import { words } from "../words.ts";

const useT = words({ en: { cancel: "Cancel", close: "Close" }, zh: { cancel: "取消", close: "关闭" } });

type Props = {
  /** On the button. */
  readonly submit: string;
  readonly onLeave: () => void;
  /** `close`: the form has nothing that would be lost. */
  readonly leave?: "cancel" | "close";
  readonly busy?: boolean;
  readonly color?: string;
};

export function FormButtons({ submit, onLeave, leave = "cancel", busy = false, color }: Props) {
  const t = useT();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onLeave}>
        {t(leave)}
      </Button>
      <Button type="submit" loading={busy} {...(color === undefined ? {} : { color })}>
        {submit}
      </Button>
    </Group>
  );
}
