/** A list that the server answers by pages, with a button for the next one. */
import { Button, Center, Stack } from "@mantine/core";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemAlert } from "../faults.tsx";
import { words } from "../words.ts";

const useT = words({ en: { more: "Show more", none: "Nothing yet." }, zh: { more: "显示更多", none: "暂无内容。" } });

type Pages<Item> = { readonly pages: readonly { readonly items: readonly Item[] }[] };

export function PagesList<Item>({
  query,
  none,
  children,
}: {
  readonly query: UseInfiniteQueryResult<Pages<Item>>;
  /** Shown for an empty list. */
  readonly none?: string;
  readonly children: (items: readonly Item[]) => ReactNode;
}) {
  const t = useT();
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack>
      {query.isError ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? <p>{none ?? t("none")}</p> : null}
      {items.length > 0 ? children(items) : null}
      {query.hasNextPage ? (
        <Center>
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("more")}
          </Button>
        </Center>
      ) : null}
    </Stack>
  );
}
