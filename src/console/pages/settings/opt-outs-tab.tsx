/** Addresses that get no message. Only their masked form is ever shown. */
import { Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { shopsQuery } from "../../api/pauses.ts";
import { liftSuppression, suppress, suppressionsQuery } from "../../api/settings.ts";
import { ProblemText } from "../../ui/faults.tsx";
import { useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { PagesList } from "../../ui/parts/pages-list.tsx";
import { Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    add: "Add an opt-out",
    shop: "Shop",
    address: "Phone number, e-mail address or chat handle",
    noShop: "No shop is listed in dunlin.yaml. Write the name that the orders of the shop carry.",
    submit: "Add",
    added: "Added. What was planned for this address is not sent any more.",
    title: "Opt-outs",
    masked: "Address",
    reason: "Reason",
    opt_out: "the buyer said so",
    manual: "by a person",
    bounce: "the address does not exist",
    at: "Since",
    lift: "Lift",
    liftSure: "Lift it? The buyer can get messages again.",
    none: "Nobody has opted out.",
  },
  zh: {
    add: "添加退订",
    shop: "店铺",
    address: "手机号、邮箱或聊天账号",
    noShop: "dunlin.yaml 中没有列出店铺，请填写该店铺订单所带的店铺名称。",
    submit: "添加",
    added: "已添加。计划发往该地址的消息不再发送。",
    title: "退订列表",
    masked: "地址",
    reason: "原因",
    opt_out: "买家本人要求",
    manual: "人工添加",
    bounce: "地址不存在",
    at: "开始于",
    lift: "解除",
    liftSure: "确定解除？该买家将重新收到消息。",
    none: "还没有人退订。",
  },
});

export function OptOutsTab() {
  const t = useT();
  const { instant } = useFormats();
  const queries = useQueryClient();
  const query = useInfiniteQuery(suppressionsQuery);
  const changed = () => queries.invalidateQueries({ queryKey: suppressionsQuery.queryKey });
  const lift = useMutation({ mutationFn: liftSuppression, onSuccess: changed });
  return (
    <Stack>
      <Panel title={t("add")}>
        <AddForm onAdded={changed} />
      </Panel>
      <Panel title={t("title")}>
        <ProblemText error={lift.error} />
        <PagesList query={query} none={t("none")}>
          {(items) => (
            <Wide label={t("title")} columns={[t("masked"), t("shop"), t("reason"), t("at"), ""]}>
              {items.map((each) => (
                <Table.Tr key={each.id}>
                  <Table.Td>{each.masked ?? "–"}</Table.Td>
                  <Table.Td>{each.shop}</Table.Td>
                  <Table.Td>
                    {t(each.reason)} <Text span size="xs" c="dimmed">{`(${each.source})`}</Text>
                  </Table.Td>
                  <Table.Td>{instant(each.at)}</Table.Td>
                  <Table.Td ta="right">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`${t("lift")} ${each.masked ?? each.id}`}
                      onClick={() => {
                        if (window.confirm(t("liftSure"))) lift.mutate(each.id);
                      }}
                    >
                      {t("lift")}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Wide>
          )}
        </PagesList>
      </Panel>
    </Stack>
  );
}

function AddForm({ onAdded }: { readonly onAdded: () => Promise<void> }) {
  const t = useT();
  const shops = useQuery(shopsQuery).data?.items.map(({ name }) => name);
  const [shop, setShop] = useState<string | null>(null);
  const [address, setAddress] = useState("");
  const chosen = (shop ?? shops?.[0] ?? "").trim();
  const add = useMutation({
    mutationFn: suppress,
    onSuccess: () => {
      setAddress("");
      return onAdded();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen !== "" && address.trim() !== "") add.mutate({ shop: chosen, address: address.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        {shops?.length === 0 ? (
          <TextInput
            label={t("shop")}
            value={shop ?? ""}
            onChange={(event) => setShop(event.currentTarget.value)}
            maxLength={100}
            required
          />
        ) : (
          <Select label={t("shop")} data={shops ?? []} value={chosen} onChange={setShop} allowDeselect={false} />
        )}
        <TextInput
          label={t("address")}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          autoComplete="off"
          style={{ flex: 1, minWidth: 220 }}
        />
        <Button type="submit" loading={add.isPending}>
          {t("submit")}
        </Button>
      </Group>
      {shops?.length === 0 ? (
        <Text size="sm" mt="xs">
          {t("noShop")}
        </Text>
      ) : null}
      <ProblemText error={add.error} labels={{ shop: t("shop"), address: t("address") }} />
      {add.isSuccess ? (
        <Text role="status" size="sm" mt="xs">
          {t("added")}
        </Text>
      ) : null}
    </form>
  );
}
