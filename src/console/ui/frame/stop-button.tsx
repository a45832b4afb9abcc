/** Stops sending: everything, a shop, a channel or a campaign. The banner of what is paused undoes it. */
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHandStop } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useMay } from "../../api/session.ts";
import { words } from "../words.ts";

const StopForm = lazy(() => import("./stop-form.tsx"));
const useT = words({ en: { stop: "Stop" }, zh: { stop: "停止发送" } });

export function StopButton() {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay("operator")) return null;
  return (
    <>
      <Button color="red.9" size="xs" leftSection={<IconHandStop size={16} />} onClick={open}>
        {t("stop")}
      </Button>
      {opened ? (
        <Suspense fallback={null}>
          <StopForm onClose={close} />
        </Suspense>
      ) : null}
    </>
  );
}
