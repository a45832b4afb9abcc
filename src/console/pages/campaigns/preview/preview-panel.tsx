/** The message as a phone shows it, with its length and cost, and the warnings and faults of the text. */
import { Badge, Group, Skeleton, Stack, Text } from "@mantine/core";
import type { Preview } from "../../../api/campaigns.ts";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { useFormats } from "../../../ui/formats.ts";
import { Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";
import { Warnings } from "../warnings.tsx";
import type { FileName } from "./file-name.ts";
import { Phone } from "./phone.tsx";
import { PreviewSource } from "./preview-source.tsx";
import { TestButton } from "./test-button.tsx";
import { TextFaults } from "./text-faults.tsx";
import type { From, Previewed } from "./use-preview.ts";

const useT = words({
  en: {
    title: "Preview",
    characters: "Characters",
    segments: "Segments",
    encoding: "Encoding",
    cost: "Cost",
    recent:
      "Segments over the last {count, plural, one {order} other {# orders}}: least {least}, usual {usual}, most {most}",
    prices: "({least} to {most} each)",
    price: "({least} each)",
    failed: "{count, plural, one {1 order lacks} other {# orders lack}} a value that the text shows.",
    noPrice: "no price in dunlin.yaml",
    variant: "variant {variant}",
    approved: "Approved template of {provider}",
    masked: "Name, note and pay link of a real order are masked here; the real text is counted.",
  },
  zh: {
    title: "预览",
    characters: "字符数",
    segments: "短信条数",
    encoding: "编码",
    cost: "费用",
    recent: "最近 {count} 个订单的短信条数：最少 {least}，通常 {usual}，最多 {most}",
    prices: "（每条消息 {least} 至 {most}）",
    price: "（每条消息 {least}）",
    failed: "有 {count} 个订单缺少文本所用的值。",
    noPrice: "dunlin.yaml 中没有价格",
    variant: "变体 {variant}",
    approved: "{provider} 的审核模板",
    masked: "真实订单的姓名、备注和付款链接在此已打码，计数按真实文本。",
  },
});

type Props = {
  readonly campaign: string;
  readonly name: FileName;
  readonly text: string;
  readonly previewed: Previewed;
  readonly from: From;
  readonly onFrom: (from: From) => void;
};

export function PreviewPanel({ campaign, name, text, previewed, from, onFrom }: Props) {
  const t = useT();
  const { preview, faults, error, isOld } = previewed;
  const aside = (
    <Group gap={4}>
      <Badge variant="default" tt="none">
        {name.channel}
      </Badge>
      <Badge variant="default" tt="none">
        {name.locale}
      </Badge>
      {name.variant === null ? null : (
        <Badge variant="default" tt="none">
          {t("variant", { variant: name.variant })}
        </Badge>
      )}
    </Group>
  );
  return (
    <Panel title={t("title")} aside={aside} note={from.order === null ? undefined : t("masked")}>
      <PreviewSource from={from} onFrom={onFrom} />
      <TextFaults faults={faults} />
      {error === null ? null : <ProblemAlert error={error} />}
      {preview === null ? (
        faults.length === 0 && error === null ? (
          <Skeleton height={160} />
        ) : null
      ) : (
        <Stack gap="sm" style={{ opacity: isOld ? 0.6 : 1 }}>
          <Phone text={preview.text} subject={preview.subject} chat={preview.encoding === "UTF-8"} />
          <Figures preview={preview} />
          {preview.recent === null ? null : <Recent recent={preview.recent} />}
          <Warnings warnings={preview.warnings} />
        </Stack>
      )}
      <TestButton campaign={campaign} name={name} template={text} shop={from.shop} />
    </Panel>
  );
}

/** Real orders differ from the sample: in names, amounts and links. */
function Recent({ recent: { orders, failed, segments, cost } }: { readonly recent: NonNullable<Preview["recent"]> }) {
  const t = useT();
  const { count, money } = useFormats();
  const { least, usual, most } = segments;
  const counts = { count: orders, least: count(least), usual: count(usual), most: count(most) };
  const prices = cost === null ? null : { least: money(cost.least), most: money(cost.most) };
  return (
    <Text size="sm">
      {[
        t("recent", counts),
        ...(prices === null ? [] : [t(least === most ? "price" : "prices", prices)]),
        ...(failed === 0 ? [] : [t("failed", { count: failed })]),
      ].join(" ")}
    </Text>
  );
}

function Figures({ preview }: { readonly preview: NonNullable<Previewed["preview"]> }) {
  const t = useT();
  const { count, money } = useFormats();
  const facts: readonly (readonly [string, string])[] = [
    [t("characters"), count(preview.characters)],
    ...(preview.encoding === "UTF-8"
      ? []
      : [[t("segments"), count(preview.segments)] as const, [t("encoding"), preview.encoding] as const]),
    [t("cost"), preview.cost === null ? t("noPrice") : money(preview.cost)],
  ];
  return (
    <>
      <Group component="dl" gap="lg" m={0}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="xs" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0} fw={600}>
              {value}
            </Text>
          </div>
        ))}
      </Group>
      {preview.approved === null ? null : (
        <Stack gap={2}>
          <Text size="sm" fw={600}>
            {t("approved", { provider: preview.approved.provider })}
          </Text>
          {Object.entries({ ...preview.approved.fields, ...preview.params }).map(([field, value]) => (
            <Text key={field} size="xs" style={{ overflowWrap: "anywhere" }}>
              {field}: {value}
            </Text>
          ))}
        </Stack>
      )}
    </>
  );
}
