/** The time line of an order. Codes are in the words of the chosen language; the sentences of the API stand below them. */
import { Code, Text, Timeline } from "@mantine/core";
import {
  IconBan,
  IconCash,
  IconCheck,
  IconClock,
  IconFolder,
  IconInbox,
  IconSend,
  IconUser,
  IconX,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useLocale } from "use-intl/react";
import type { OrderStory } from "../../api/lists.ts";
import { useFormats } from "../../ui/formats.ts";
import { useReason } from "../../ui/reasons.ts";
import { useDeliveryName } from "../deliveries/states.tsx";
import { type Moment, momentsOf } from "./moments.ts";
import { ruleZh } from "./rule-zh.ts";
import { useT } from "./story-words.ts";

export function Story({ story }: { readonly story: OrderStory }) {
  const { shopTime } = useFormats();
  const moments = momentsOf(story);
  const now = Date.now();
  const past = moments.filter(({ at }) => Date.parse(at) <= now).length;
  return (
    <Timeline active={past - 1} bulletSize={26} lineWidth={2} role="list">
      {moments.map((moment, index) => (
        <Timeline.Item
          key={moment.key}
          role="listitem"
          bullet={iconOf(moment)}
          title={<Title moment={moment} />}
          lineVariant={index >= past - 1 ? "dashed" : "solid"}
        >
          <Text size="xs" c="dimmed" component="time" dateTime={moment.at}>
            {shopTime(moment.at)}
          </Text>
          <Details moment={moment} />
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function iconOf(moment: Moment): ReactNode {
  const size = 14;
  switch (moment.kind) {
    case "event":
      return moment.event.type === "order.paid" ? <IconCash size={size} /> : <IconInbox size={size} />;
    case "opened":
    case "ended":
      return <IconFolder size={size} />;
    case "manual":
    case "promise":
      return <IconUser size={size} />;
    case "delivery":
      return moment.delivery.state === "accepted" ? <IconSend size={size} /> : <IconX size={size} />;
    case "delivered":
      return <IconCheck size={size} />;
    case "recovered":
      return <IconCash size={size} />;
    case "waiting":
      return <IconBan size={size} />;
    case "reminder":
      return moment.reminder.kind === "skip" || moment.reminder.reason !== null ? (
        <IconBan size={size} />
      ) : (
        <IconClock size={size} />
      );
  }
}

function Title({ moment }: { readonly moment: Moment }): ReactNode {
  const t = useT();
  const reason = useReason();
  const stateName = useDeliveryName();
  const { money, shopTime } = useFormats();
  switch (moment.kind) {
    case "event":
      return t(`event.${moment.event.type.slice("order.".length) as "created"}`);
    case "opened":
      return moment.of.campaign === null ? t("openedNone") : t("opened", { campaign: moment.of.campaign });
    case "ended":
      return t("ended");
    case "manual":
      return t("manual");
    case "promise":
      return t("promise", { at: shopTime(moment.promise.at) });
    case "waiting":
      return t("waiting", { reason: reason(moment.waiting.code) });
    case "delivery": {
      const { channel, attempt, state } = moment.delivery;
      return t("delivery", { channel, attempt: String(attempt), state: stateName(state) });
    }
    case "delivered":
      return t("delivered", { channel: moment.channel });
    case "recovered":
      return t("recovered", { amount: money(moment.recovery) });
    case "reminder": {
      const { step, variant, state, kind } = moment.reminder;
      const name = `${step ?? t("wholeCase")}${variant === null ? "" : ` / ${variant}`}`;
      const code = moment.reminder.reason?.code;
      const key = state === "planned" && kind === "skip" ? "willSkip" : state;
      const because = code === undefined ? "" : t("because", { reason: reason(code) });
      return t("reminder", { name, state: `${t(`state.${key}`)}${because}` });
    }
  }
}

function Line({ children, english = false }: { readonly children: ReactNode; readonly english?: boolean }) {
  return (
    <Text size="sm" {...(english ? { c: "dimmed", lang: "en" } : {})} style={{ overflowWrap: "anywhere" }}>
      {children}
    </Text>
  );
}

function Rule({ text }: { readonly text: string }) {
  const zh = useLocale() === "zh" ? ruleZh(text) : null;
  return <Line english={zh === null}>{zh ?? text}</Line>;
}

function Details({ moment }: { readonly moment: Moment }): ReactNode {
  const t = useT();
  const { money, shopTime } = useFormats();
  switch (moment.kind) {
    case "event":
      return <EventDetails event={moment.event} />;
    case "opened":
      return moment.of.orders.length > 1 ? <Line>{t("together", { orders: moment.of.orders.join(", ") })}</Line> : null;
    case "waiting":
      return <Line english>{moment.waiting.text}</Line>;
    case "promise": {
      const { reason, by } = moment.promise;
      return <Line>{[reason, by === null ? null : t("by", { by })].filter((part) => part !== null).join(" · ")}</Line>;
    }
    case "delivery": {
      const { code, message, lookup, template, segments, cost, text } = moment.delivery;
      const facts = [
        ...(template === null ? [] : [t("template", { template })]),
        ...(segments === null ? [] : [t("segments", { count: segments })]),
        ...(cost === null ? [] : [money(cost)]),
      ];
      return (
        <>
          {code === null ? null : <Line>{t("code", { code })}</Line>}
          {message === null ? null : <Line english>{message}</Line>}
          {lookup === null ? null : <Line english>{lookup}</Line>}
          {facts.length === 0 ? null : <Line>{facts.join(" · ")}</Line>}
          {text === null ? null : (
            <Code block mt={4} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
              {text}
            </Code>
          )}
        </>
      );
    }
    case "reminder": {
      const { campaign, version, rule, moves, reason, paused, held, retryAt, namesOrder, credited } = moment.reminder;
      return (
        <>
          {namesOrder ? null : <Line>{t("otherOrder")}</Line>}
          {campaign === null ? null : <Line>{t("campaign", { campaign, version: version ?? "?" })}</Line>}
          {rule === null ? null : <Rule text={rule} />}
          {moves.map((move) => (
            <div key={`${move.rule} ${move.to}`}>
              <Line>
                {t("moved", { from: shopTime(move.from), to: shopTime(move.to), why: t(`move.${move.rule}`) })}
              </Line>
              <Line english>{move.text}</Line>
            </div>
          ))}
          {reason === null ? null : <Line english>{reason.text}</Line>}
          {paused ? <Line>{t("paused")}</Line> : null}
          {held === null ? null : <Line>{t("held", { method: held.method })}</Line>}
          {retryAt === null ? null : <Line>{t("retry", { at: shopTime(retryAt) })}</Line>}
          {credited ? <Line>{t("credited")}</Line> : null}
        </>
      );
    }
    default:
      return null;
  }
}

function EventDetails({ event }: { readonly event: OrderStory["events"][number] }) {
  const t = useT();
  const { money, shopTime } = useFormats();
  const { amount, currency, closesAt, paymentMethod, tags, items, reason } = event.told;
  const facts = [
    ...(amount === undefined || currency === undefined ? [] : [money({ amount, currency })]),
    ...(items === undefined ? [] : [t("items", { count: items })]),
    ...(closesAt === undefined ? [] : [t("closes", { at: shopTime(closesAt) })]),
    ...(paymentMethod === undefined ? [] : [paymentMethod]),
    ...(tags ?? []),
    ...(reason === undefined ? [] : [reason]),
  ];
  const late = Math.abs(Date.parse(event.receivedAt) - Date.parse(event.occurredAt)) >= 1_000;
  return (
    <>
      {facts.length === 0 ? null : <Line>{facts.join(" · ")}</Line>}
      {late ? <Line>{t("received", { at: shopTime(event.receivedAt) })}</Line> : null}
      {event.warnings.map(({ code, message }) => (
        <Line key={`${code} ${message}`} english>
          {message}
        </Line>
      ))}
    </>
  );
}
