/** Stops sending: everything, a shop, a channel or a campaign. The banner of what is paused undoes it. */
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHandStop } from "@tabler/icons-react";
import { lazy, Suspense, useRef } from "react";
import { useMay } from "../../api/session.ts";
import { words } from "../words.ts";

const StopForm = lazy(() => import("./stop-form.tsx"));
const useT = words({ en: { stop: "Stop" }, zh: { stop: "停止发送" } });

export function StopButton() {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  const button = useRef<HTMLButtonElement>(null);
  /** The form is gone at once, and the focus with it. */
  const end = () => {
    close();
    button.current?.focus();
  };
  if (!useMay("operator")) return null;
  return (
    <>
      <Button ref={button} color="red.9" size="xs" leftSection={<IconHandStop size={16} />} onClick={open}>
        {t("stop")}
      </Button>
      {opened ? (
        <Suspense fallback={null}>
          <StopForm onClose={end} />
        </Suspense>
      ) : null}
    </>
  );
}
