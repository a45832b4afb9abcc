/** Records when the buyer promised to pay. The reminders of the whole case wait until then. */
import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarDollar } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type OrderName, promise } from "../../api/lists.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { FormButtons } from "../../ui/parts/form-buttons.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    record: "Record a promise",
    title: "The buyer promised to pay",
    at: "By when, on the clock of the shop",
    atMissing: "Choose a day and a time.",
    reason: "Why it is unpaid until then",
    explain: "Until then the reminders of all orders of this case wait.",
    save: "Record",
    close: "Close",
    done: "Recorded.",
  },
  zh: {
    record: "记录付款承诺",
    title: "买家承诺付款",
    at: "何时之前（店铺时区）",
    atMissing: "请选择日期和时间。",
    reason: "此前未付款的原因",
    explain: "在此之前，该案例所有订单的提醒都会等待。",
    save: "记录",
    close: "关闭",
    done: "已记录。",
  },
});

type Props = { readonly order: OrderName; readonly by: string };

export function PromiseButton(props: Props) {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" leftSection={<IconCalendarDollar size={16} />} onClick={open}>
        {t("record")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("title")}>
        <Form {...props} onClose={close} />
      </Modal>
    </>
  );
}

function Form({ order, by, onClose }: Props & { readonly onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [at, setAt] = useState("");
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const record = useMutation({
    mutationFn: () =>
      promise(order, { at: at.replace("T", " "), by, ...(reason.trim() === "" ? {} : { reason: reason.trim() }) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["both", "story"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (at === "") setMissing(true);
    else record.mutate();
  };
  if (record.isSuccess)
    return (
      <Stack>
        <Text role="status">{t("done")}</Text>
        <Text size="sm" c="dimmed" lang="en">
          {record.data.effect}
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("close")}</Button>
        </Group>
      </Stack>
    );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          type="datetime-local"
          label={t("at")}
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
          error={missing && at === "" ? t("atMissing") : null}
          data-autofocus
        />
        <Textarea
          label={t("reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={200}
          autosize
          minRows={2}
        />
        <Text size="sm" c="dimmed">
          {t("explain")}
        </Text>
        <ProblemText error={record.error} labels={{ at: t("at"), reason: t("reason") }} />
        <FormButtons submit={t("save")} onLeave={onClose} busy={record.isPending} />
      </Stack>
    </form>
  );
}
