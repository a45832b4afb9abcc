/** Promises that fall due: the soonest first. A broken one becomes a task. */
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { promisesQuery } from "../../api/desk.ts";
import { useFormats } from "../../ui/formats.ts";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";
import { BUYER_REASONS, useDeskWords } from "./task-words.ts";

const useT = words({
  en: {
    title: "Promises to pay",
    note: "An order that is not paid by then becomes a task, and the reminder that waited for it goes out.",
    none: "No promise is open.",
    by: "recorded by {name}",
  },
  zh: {
    title: "付款承诺",
    note: "到时仍未付款的会成为任务，等待中的提醒也会发出。",
    none: "没有未到期的承诺。",
    by: "由 {name} 记录",
  },
});

export function PromisesPanel() {
  const t = useT();
  const desk = useDeskWords();
  const { moneys, shopMinute } = useFormats();
  const query = useQuery(promisesQuery);
  const reasonOf = (reason: string) => {
    const known = BUYER_REASONS.find((each) => each === reason);
    return known === undefined ? reason : desk(`reasons.${known}`);
  };
  return (
    <Panel title={t("title")} note={t("note")}>
      <Loaded query={query} height={60}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm">{t("none")}</Text>
          ) : (
            <Stack gap="xs" component="ul" style={{ listStyle: "none", margin: 0, padding: 0 }}>
              {items.map(({ id, shop, orders, amount, buyer, at, by, reason }) => (
                <li key={id}>
                  <Group gap="xs">
                    <Text fw={600} size="sm">
                      {shopMinute(at)}
                    </Text>
                    <Text size="sm">{moneys(amount)}</Text>
                    {orders.map((order) => (
                      <Anchor
                        key={order}
                        size="sm"
                        component={Link}
                        to={`/orders/${encodeURIComponent(shop)}/${encodeURIComponent(order)}`}
                      >
                        {order}
                      </Anchor>
                    ))}
                  </Group>
                  <Text size="xs" c="dimmed">
                    {[
                      shop,
                      ...(buyer === null ? [] : [buyer]),
                      ...(reason === null ? [] : [reasonOf(reason)]),
                      ...(by === null ? [] : [t("by", { name: by })]),
                    ].join(" · ")}
                  </Text>
                </li>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  );
}
