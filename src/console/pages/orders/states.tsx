/** What became of an order, as a word and a colour. The colour never says more than the word. */
import { Badge } from "@mantine/core";
import { words } from "../../ui/words.ts";

const useT = words({
  en: { unpaid: "Unpaid", paid: "Paid", closed: "Closed", refunded: "Refunded" },
  zh: { unpaid: "未付款", paid: "已付款", closed: "已关闭", refunded: "已退款" },
});

export const ORDER_STATES = ["unpaid", "paid", "closed", "refunded"] as const;
type State = (typeof ORDER_STATES)[number];

const COLOURS: Readonly<Record<State, string>> = {
  unpaid: "#b93c08",
  paid: "teal.9",
  closed: "gray.7",
  refunded: "grape.9",
};

export const useStateName: () => (state: State) => string = useT;

export function OrderState({ state }: { readonly state: State }) {
  const name = useStateName();
  return (
    <Badge color={COLOURS[state]} tt="none">
      {name(state)}
    </Badge>
  );
}
