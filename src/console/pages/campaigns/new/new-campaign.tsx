/** Asks for the key of a new campaign and what it begins as. It is made when its texts are saved for the first time. */
import { Button, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { campaignsQuery } from "../../../api/pauses.ts";
import { useMay } from "../../../api/session.ts";
import { FormButtons } from "../../../ui/parts/form-buttons.tsx";
import { words } from "../../../ui/words.ts";

const useT = words({
  en: {
    open: "New campaign",
    key: "Key, for reports and files",
    shape: "Small letters, digits and hyphens, like double-11. It stays as it is; the name can change.",
    wrong: "Write small letters, digits and hyphens, and begin with a letter.",
    taken: "There is a campaign of this key.",
    begin: "Begin as",
    blank: "A short example",
    copy: "A copy of {key}",
    explain: "Nothing runs yet. Its texts open for you to change, preview and rehearse; saving them starts it.",
    submit: "Go on",
  },
  zh: {
    open: "新建活动",
    key: "标识（用于报表和文件）",
    shape: "小写字母、数字和连字符，如 double-11。标识不可更改，名称可以。",
    wrong: "请使用小写字母、数字和连字符，并以字母开头。",
    taken: "已有同名标识的活动。",
    begin: "起始内容",
    blank: "简短示例",
    copy: "复制 {key}",
    explain: "此时还不会运行。您可以先修改、预览和演练文本，保存后才会启动。",
    submit: "继续",
  },
});

const KEY = /^[a-z][a-z0-9-]{0,58}$/;

export function NewCampaign() {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay("operator")) return null;
  return (
    <>
      <Button size="xs" leftSection={<IconPlus size={16} />} onClick={open}>
        {t("open")}
      </Button>
      <Modal opened={opened} onClose={close} title={t("open")}>
        <Form onClose={close} />
      </Modal>
    </>
  );
}

function Form({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const keys = (useQuery(campaignsQuery).data?.items ?? []).map(({ key }) => key);
  const [key, setKey] = useState("");
  const [copy, setCopy] = useState("");
  const [tried, setTried] = useState(false);
  const fault = KEY.test(key) ? (keys.includes(key) ? t("taken") : null) : t("wrong");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault === null) void navigate({ to: `/campaigns/new/${key}`, search: copy === "" ? {} : { copy } });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={t("key")}
          description={t("shape")}
          value={key}
          maxLength={59}
          error={tried ? fault : null}
          data-autofocus
          onChange={(event) => setKey(event.currentTarget.value.trim())}
        />
        <Select
          label={t("begin")}
          value={copy}
          onChange={(value) => setCopy(value ?? "")}
          allowDeselect={false}
          data={[
            { value: "", label: t("blank") },
            ...keys.map((each) => ({ value: each, label: t("copy", { key: each }) })),
          ]}
        />
        <Text size="sm">{t("explain")}</Text>
        <FormButtons submit={t("submit")} onLeave={onClose} />
      </Stack>
    </form>
  );
}
