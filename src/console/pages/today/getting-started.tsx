/** The three steps of an empty installation. It goes when all are done: an order came in and a campaign runs. */
import { Anchor, Code, List, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconNumber1, IconNumber2, IconNumber3 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { anyOrderQuery } from "../../api/lists.ts";
import { campaignsQuery, shopsQuery } from "../../api/pauses.ts";
import { todayQuery } from "../../api/reports.ts";
import { Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "Three steps to the first reminder",
    connect: "Connect orders",
    connectText: "Send them from the shop's server, or take in an export:",
    connectMore:
      "Webhooks and polling of WooCommerce, Shopify, Taobao and Youzan are in docs/sources.md. The key is in .dunlin/api-key.",
    choose: "Choose a campaign",
    chooseText: "Dunlin brings four. This command, run where Dunlin is installed, starts them:",
    chooseMore: "Or make one of your own",
    rehearse: "Rehearse it",
    rehearseText: "See which messages it would have sent for the orders of yesterday, or for an export of your shop:",
    rehearseMore: "To the rehearsal",
    done: "done",
  },
  zh: {
    title: "三步发出第一条提醒",
    connect: "接入订单",
    connectText: "由店铺服务器推送，或导入导出的文件：",
    connectMore: "WooCommerce、Shopify、淘宝、有赞的 Webhook 与轮询见 docs/sources.md。密钥在 .dunlin/api-key。",
    choose: "选择活动",
    chooseText: "Dunlin 自带四个活动。在安装 Dunlin 的目录运行以下命令即可启用：",
    chooseMore: "或自己新建",
    rehearse: "演练",
    rehearseText: "查看它会为昨天的订单（或店铺导出的文件）发送哪些消息：",
    rehearseMore: "前往演练",
    done: "已完成",
  },
});

export function GettingStarted() {
  const unpaid = useQuery(todayQuery).data?.unpaid.orders;
  // Once there is one, nothing more is asked.
  const any = useQuery({ ...anyOrderQuery, enabled: ({ state }) => unpaid === 0 && state.data !== true });
  const campaigns = useQuery(campaignsQuery);
  const hasOrders = unpaid !== undefined && unpaid > 0 ? true : any.data;
  if (hasOrders === undefined || campaigns.data === undefined) return null;
  const hasCampaigns = campaigns.data.items.some(({ retired }) => !retired);
  return hasOrders && hasCampaigns ? null : <Steps hasOrders={hasOrders} hasCampaigns={hasCampaigns} />;
}

function Steps({ hasOrders, hasCampaigns }: { readonly hasOrders: boolean; readonly hasCampaigns: boolean }) {
  const t = useT();
  const shop = useQuery(shopsQuery).data?.items.find(({ name }) => name !== "*")?.name ?? "myshop";
  return (
    <Panel title={t("title")}>
      <List spacing="md" center={false}>
        <Step name={t("connect")} done={hasOrders ? t("done") : null} Icon={IconNumber1}>
          <Text size="sm">{t("connectText")}</Text>
          <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {curl(window.location.origin, shop)}
          </Code>
          <Code block>npx dunlin import orders.csv --shop {shop} --dry-run</Code>
          <Text size="sm" c="dimmed">
            {t("connectMore")}
          </Text>
        </Step>
        <Step name={t("choose")} done={hasCampaigns ? t("done") : null} Icon={IconNumber2}>
          <Text size="sm">{t("chooseText")}</Text>
          <Code block>npx dunlin campaigns apply templates</Code>
          <Anchor component={Link} to="/campaigns" size="sm">
            {t("chooseMore")}
          </Anchor>
        </Step>
        <Step name={t("rehearse")} done={null} Icon={IconNumber3}>
          <Text size="sm">{t("rehearseText")}</Text>
          <Anchor component={Link} to="/rehearsal" size="sm">
            {t("rehearseMore")}
          </Anchor>
        </Step>
      </List>
    </Panel>
  );
}

type StepProps = {
  readonly name: string;
  /** null: not yet. */
  readonly done: string | null;
  readonly Icon: typeof IconCheck;
  readonly children: ReactNode;
};

const Step = ({ name, done, Icon, children }: StepProps) => (
  <List.Item
    icon={
      <ThemeIcon radius="xl" size={28} color={done === null ? "gray.7" : "teal.9"}>
        {done === null ? <Icon size={16} /> : <IconCheck size={16} />}
      </ThemeIcon>
    }
    styles={{ itemWrapper: { width: "100%", alignItems: "flex-start" }, itemLabel: { flex: 1, minWidth: 0 } }}
  >
    <Stack gap={6}>
      <Text fw={600}>{done === null ? name : `${name} · ${done}`}</Text>
      {done === null ? children : null}
    </Stack>
  </List.Item>
);

const curl = (
  origin: string,
  shop: string,
) => `curl -X POST ${origin}/v1/events -H "Authorization: Bearer $(cat .dunlin/api-key)" \\
  -H 'Content-Type: application/json' -d '{"id": "e1", "type": "order.created", "occurredAt": "${new Date().toISOString()}",
  "shop": "${shop}", "order": {"id": "o1", "amount": "129.00", "currency": "CNY", "buyer": {"phone": "+8613812345678"}}}'`;
