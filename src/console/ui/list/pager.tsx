/**
 * Moves between the pages of a list. A page is an address of its own, so the button of the browser goes back, too, and what is shown stays as
 * short as one page.
 */
import { Button, Group, Text } from "@mantine/core";
import { IconArrowBarToLeft, IconArrowLeft, IconArrowRight, IconRefresh } from "@tabler/icons-react";
import { useFormats } from "../formats.ts";
import { words } from "../words.ts";

const useT = words({
  en: {
    pages: "Pages of the list",
    first: "Newest",
    previous: "Previous",
    next: "Next page",
    asOf: "As of {at}",
    refresh: "Refresh",
  },
  zh: { pages: "翻页", first: "最新", previous: "上一页", next: "下一页", asOf: "截至 {at}", refresh: "刷新" },
});

type Pages = {
  readonly cursor: string | undefined;
  readonly next: string | null;
  /** Whether the page before is the one that the browser goes back to. */
  readonly mayGoBack: boolean;
  readonly go: (to: "first" | "back" | { readonly cursor: string }) => void;
};

export function Pager({ cursor, next, mayGoBack, go }: Pages) {
  const t = useT();
  if (cursor === undefined && next === null) return null;
  return (
    <Group gap="xs" component="nav" aria-label={t("pages")} justify="flex-end">
      {cursor === undefined ? null : (
        <Button variant="default" leftSection={<IconArrowBarToLeft size={16} />} onClick={() => go("first")}>
          {t("first")}
        </Button>
      )}
      {mayGoBack ? (
        <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={() => go("back")}>
          {t("previous")}
        </Button>
      ) : null}
      {next === null ? null : (
        <Button variant="default" rightSection={<IconArrowRight size={16} />} onClick={() => go({ cursor: next })}>
          {t("next")}
        </Button>
      )}
    </Group>
  );
}

/** A list does not move under the hand while it is read: it says how old it is, and is asked for again by a click. */
export function AsOf({
  at,
  busy,
  refresh,
}: {
  readonly at: number;
  readonly busy: boolean;
  readonly refresh: () => void;
}) {
  const t = useT();
  const { clock } = useFormats();
  return (
    <Group gap="xs">
      {at === 0 ? null : (
        <Text size="sm" c="dimmed">
          {t("asOf", { at: clock(new Date(at).toISOString()) })}
        </Text>
      )}
      <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} loading={busy} onClick={refresh}>
        {t("refresh")}
      </Button>
    </Group>
  );
}
