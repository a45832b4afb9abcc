/** Runs the campaigns over the orders of a day, and shows the messages that they would have sent. */
import {
  Button,
  FileInput,
  Group,
  NumberInput,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { versionQuery } from "../../api/campaigns.ts";
import { shopsQuery } from "../../api/pauses.ts";
import { isTable, type OrdersOf, type Rehearsal, rehearse, runningOf, textsOf } from "../../api/rehearsals.ts";
import { useMay } from "../../api/session.ts";
import { ProblemAlert } from "../../ui/faults.tsx";
import { useFormats } from "../../ui/formats.ts";
import { useSignal } from "../../ui/use-signal.ts";
import { words } from "../../ui/words.ts";
import { type Against, AgainstFields } from "./against.tsx";
import { Difference } from "./difference.tsx";
import { Hours, Peaks, Skips, Texts } from "./parts.tsx";

const useT = words({
  en: {
    title: "Rehearsal",
    intro:
      "Runs the campaigns of now over the orders of a day or of a file, on a simulated clock. Nothing is stored and nothing is sent. Changes that are not saved yet are rehearsed in the editor of their campaign.",
    day: "Which orders",
    yesterday: "Yesterday",
    today: "Today",
    other: "Another day",
    upload: "A file",
    file: "Export of a shop system (CSV), or events (NDJSON)",
    noFile: "Choose a file.",
    earlier: "Version {version}",
    now: "Now",
    date: "Day",
    shop: "Shop",
    all: "All shops",
    scale: "Each order so many times",
    run: "Rehearse",
    running: "The rehearsal runs. A large day takes a while.",
    viewer: "You may look. An operator may rehearse.",
    orders: "Orders",
    cases: "Cases",
    sends: "Messages",
    segments: "Segments",
    cost: "Cost",
    warnings: "Warnings",
  },
  zh: {
    title: "演练",
    intro:
      "用模拟时钟，把当前活动应用到某一天或某个文件的订单上。不会保存，也不会发送。未保存的修改可在该活动的编辑页演练。",
    day: "哪些订单",
    yesterday: "昨天",
    today: "今天",
    other: "其他日期",
    upload: "上传文件",
    file: "店铺系统导出文件（CSV）或事件（NDJSON）",
    noFile: "请选择文件。",
    earlier: "版本 {version}",
    now: "当前",
    date: "日期",
    shop: "店铺",
    all: "所有店铺",
    scale: "每个订单的倍数",
    run: "开始演练",
    running: "演练进行中，订单多的日子需要一些时间。",
    viewer: "您只能查看，运营人员可以演练。",
    orders: "订单",
    cases: "案例",
    sends: "消息",
    segments: "计费条数",
    cost: "费用",
    warnings: "警告",
  },
});

const ALL = "*";

export function RehearsalPage() {
  const t = useT();
  const queries = useQueryClient();
  const shops = useQuery(shopsQuery).data?.items.map(({ name }) => name) ?? [];
  const [day, setDay] = useState("yesterday");
  const [date, setDate] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [tried, setTried] = useState(false);
  const [shop, setShop] = useState(ALL);
  const [scale, setScale] = useState<number | string>(1);
  const [against, setAgainst] = useState<Against | null>(null);
  const signalOf = useSignal();
  const run = useMutation({
    mutationFn: async (orders: OrdersOf) => {
      const signal = signalOf();
      const compared = "file" in orders || against === null ? null : against;
      const before = compared === null ? null : await queries.fetchQuery(versionQuery(compared.key, compared.version));
      const result = await rehearse({
        orders,
        shop: shop === ALL ? null : shop,
        scale: Number(scale) || 1,
        against: before === null ? null : textsOf(await runningOf(queries), before),
        signal,
      });
      return { result, compared };
    },
  });
  const mayRun = useMay("operator");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (day === "file") {
      if (file !== null) run.mutate({ file });
    } else if (day !== "other" || date !== "") run.mutate({ day: day === "other" ? date : day });
  };
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      <Text>{t("intro")}</Text>
      <Paper withBorder p="md" component="form" onSubmit={submit}>
        <Group align="flex-end">
          <Select
            label={t("day")}
            value={day}
            onChange={(value) => setDay(value ?? "yesterday")}
            allowDeselect={false}
            data={[
              ...(["yesterday", "today", "other"] as const).map((value) => ({ value, label: t(value) })),
              { value: "file", label: t("upload") },
            ]}
          />
          {day === "other" ? (
            <TextInput
              type="date"
              label={t("date")}
              value={date}
              onChange={(event) => setDate(event.currentTarget.value)}
              required
            />
          ) : null}
          {day === "file" ? (
            <FileInput
              label={t("file")}
              value={file}
              onChange={setFile}
              error={tried && file === null ? t("noFile") : null}
              accept=".csv,.txt,.ndjson,.jsonl"
              clearable
              miw={280}
            />
          ) : null}
          {day === "file" && file !== null && !isTable(file) ? null : (
            <Select
              label={t("shop")}
              value={shop}
              onChange={(value) => setShop(value ?? ALL)}
              allowDeselect={false}
              data={[{ value: ALL, label: t("all") }, ...shops.map((name) => ({ value: name, label: name }))]}
            />
          )}
          <NumberInput label={t("scale")} value={scale} onChange={setScale} min={1} max={1_000} w={160} />
          {day === "file" ? null : <AgainstFields value={against} onChoose={setAgainst} />}
          <Button type="submit" loading={run.isPending} disabled={!mayRun}>
            {t("run")}
          </Button>
        </Group>
        {mayRun ? null : <Text size="sm">{t("viewer")}</Text>}
      </Paper>
      {run.isPending ? <Text role="status">{t("running")}</Text> : null}
      {run.isError ? <ProblemAlert error={run.error} /> : null}
      {run.data?.result.difference === undefined || run.data.compared === null ? null : (
        <Difference
          difference={run.data.result.difference}
          before={t("earlier", { version: String(run.data.compared.version) })}
          after={t("now")}
        />
      )}
      {run.isSuccess ? <Result result={run.data.result} /> : null}
    </Stack>
  );
}

function Result({ result }: { readonly result: Rehearsal }) {
  const t = useT();
  const { count, moneys } = useFormats();
  const sum = (values: Readonly<Record<string, number>>) =>
    Object.values(values).reduce((total, each) => total + each, 0);
  const tiles = [
    [t("orders"), count(result.orders)],
    [t("cases"), count(result.cases)],
    [t("sends"), count(result.sends.length)],
    [t("segments"), count(sum(result.segments))],
    [t("cost"), moneys(result.cost)],
  ] as const;
  return (
    <Stack role="region" aria-label={t("title")}>
      <SimpleGrid cols={{ base: 2, sm: 5 }} spacing="sm" component="dl" m={0}>
        {tiles.map(([label, value]) => (
          <Paper key={label} withBorder p="sm" component="div">
            <Text size="sm" c="dimmed" component="dt">
              {label}
            </Text>
            <Text fw={700} size="xl" component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
              {value}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
      {result.warnings.length === 0 ? null : (
        <Paper withBorder p="md" component="section" aria-label={t("warnings")}>
          <Title order={2} size="h5">
            {t("warnings")}
          </Title>
          <ul>
            {result.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Paper>
      )}
      <Hours result={result} />
      <Peaks result={result} />
      <Skips result={result} />
      <Texts result={result} />
    </Stack>
  );
}
