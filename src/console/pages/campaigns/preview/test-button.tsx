/** Sends the text as it is now, saved or not, to an address that the person types. The address is kept nowhere. */
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { sendTest, type TestSent } from "../../../api/campaigns.ts";
import { useMay } from "../../../api/session.ts";
import { ProblemText } from "../../../ui/faults.tsx";
import { FormButtons } from "../../../ui/parts/form-buttons.tsx";
import { words } from "../../../ui/words.ts";
import type { FileName } from "./file-name.ts";

const useT = words({
  en: {
    open: "Send a test",
    title: "Send this text to yourself",
    explain:
      "One real message with sample data, by {channel}. It costs what a message costs. The audit trail says who sent it.",
    to: "Phone number, e-mail address or chat handle",
    missing: "Write where to send it.",
    submit: "Send",
    accepted: "Accepted by the provider for {to}.",
    "failed-permanent": "Refused: {code}, {message}",
    "failed-transient": "Failed for now: {code}, {message}",
    "channel-fault": "The channel is at fault: {code}, {message}",
    unknown: "Nobody knows whether it was sent: {code}, {message}",
  },
  zh: {
    open: "发送测试",
    title: "把此文本发给自己",
    explain: "通过 {channel} 用示例数据发送一条真实消息，按正常消息计费。操作记录会留下发送人。",
    to: "手机号、邮箱或聊天账号",
    missing: "请填写接收地址。",
    submit: "发送",
    accepted: "服务商已接收，接收地址 {to}。",
    "failed-permanent": "被拒绝：{code}，{message}",
    "failed-transient": "暂时失败：{code}，{message}",
    "channel-fault": "渠道故障：{code}，{message}",
    unknown: "不确定是否已发送：{code}，{message}",
  },
});

type Props = {
  readonly campaign: string;
  readonly name: FileName;
  readonly template: string;
  /** null: the first one. */
  readonly shop: string | null;
};

export function TestButton(props: Props) {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay("operator")) return null;
  return (
    <Group justify="flex-end">
      <Button size="xs" variant="default" leftSection={<IconSend size={16} />} onClick={open}>
        {t("open")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("title")}>
        <Form {...props} onClose={close} />
      </Modal>
    </Group>
  );
}

function Form({ campaign, name, template, shop, onClose }: Props & { readonly onClose: () => void }) {
  const t = useT();
  const [to, setTo] = useState("");
  const [tried, setTried] = useState(false);
  const { channel, locale, step } = name;
  const send = useMutation({ mutationFn: () => sendTest({ template, channel, locale, step, campaign, shop, to }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (to.trim() !== "") send.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t("explain", { channel })}</Text>
        <TextInput
          label={t("to")}
          value={to}
          maxLength={200}
          autoComplete="off"
          error={tried && to.trim() === "" ? t("missing") : null}
          data-autofocus
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <ProblemText error={send.error} labels={{ to: t("to") }} />
        {send.isSuccess ? <Outcome sent={send.data} /> : null}
        <FormButtons submit={t("submit")} onLeave={onClose} leave="close" busy={send.isPending} />
      </Stack>
    </form>
  );
}

function Outcome({ sent: { kind, to, failure } }: { readonly sent: TestSent }) {
  const t = useT();
  return (
    <Alert color={failure === null ? "teal" : "red"} role="status">
      {failure === null ? t("accepted", { to }) : t(kind, { code: failure.code, message: failure.message, to })}
    </Alert>
  );
}
