/** Shows the buyer's phone number to an operator, who is warned first. The number is kept nowhere, and is gone with the page. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconEye } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Problem } from "../../api/call.ts";
import { type OrderName, reveal } from "../../api/lists.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    show: "Show phone number",
    title: "Show the buyer's phone number",
    warning: "The audit trail will say that you saw this number, and when.",
    go: "Show it",
    cancel: "Cancel",
    close: "Close",
    none: "No phone number of this buyer is stored.",
  },
  zh: {
    show: "查看手机号",
    title: "查看买家手机号",
    warning: "审计记录会写明您查看了此号码及时间。",
    go: "查看",
    cancel: "取消",
    close: "关闭",
    none: "没有保存该买家的手机号。",
  },
});

export function RevealButton({ order }: { readonly order: OrderName }) {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  const ask = useMutation({ mutationFn: () => reveal(order) });
  const end = () => {
    close();
    ask.reset();
  };
  const isMissing = ask.error instanceof Problem && ask.error.code === "phone_not_found";
  return (
    <>
      <Button variant="default" leftSection={<IconEye size={16} />} onClick={open}>
        {t("show")}
      </Button>
      <Modal opened={opened} onClose={end} title={t("title")} closeButtonProps={{ "aria-label": t("close") }}>
        <Stack>
          {ask.isSuccess ? (
            <Text size="xl" fw={700} role="status">
              {ask.data}
            </Text>
          ) : (
            <Text>{t("warning")}</Text>
          )}
          <ProblemText error={ask.error}>{isMissing ? t("none") : undefined}</ProblemText>
          <Group justify="flex-end">
            <Button variant="default" onClick={end}>
              {t(ask.isSuccess ? "close" : "cancel")}
            </Button>
            {ask.isSuccess ? null : (
              <Button onClick={() => ask.mutate()} loading={ask.isPending} data-autofocus>
                {t("go")}
              </Button>
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
