/** The preview of the text that is being edited, a moment after the last key. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Problem } from "../../../api/call.ts";
import { type Preview, previewQuery } from "../../../api/campaigns.ts";
import type { EditorFault } from "../editor/code-editor.tsx";
import { fileNameOf } from "./file-name.ts";

/** null as `order`: sample data. */
export type From = { readonly shop: string | null; readonly order: string | null };

export type Previewed<T = Preview> = {
  /** null: not yet, or it has a fault. */
  readonly preview: T | null;
  readonly faults: readonly EditorFault[];
  /** Another reason than faults in the text. */
  readonly error: unknown;
  readonly isOld: boolean;
};

export const WAIT_MS = 300;

export function usePreview(campaign: string, file: string, text: string, { shop, order }: From): Previewed {
  const now = useMemo(() => ({ name: fileNameOf(file), text }), [file, text]);
  const [asked] = useDebouncedValue(now, WAIT_MS);
  const { name, text: template } = asked;
  const query = useQuery({
    ...previewQuery({
      template,
      campaign,
      channel: name?.channel ?? "",
      locale: name?.locale ?? "",
      step: name?.step ?? "",
      ...(shop !== null && order !== null ? { order: { shop, id: order } } : { sample: shop === null ? {} : { shop } }),
    }),
    enabled: name !== null,
    placeholderData: keepPreviousData,
  });
  return useAnswer(query, asked !== now);
}

/** `isStale`: the text has changed since it was asked about. */
export function useAnswer<T>(query: UseQueryResult<T>, isStale: boolean): Previewed<T> {
  const { error } = query;
  // The same object for the same answer, so that the editor shows it once.
  const faults = useMemo(() => faultsOf(error), [error]);
  return {
    preview: query.isError ? null : (query.data ?? null),
    faults,
    error: faults.length > 0 ? null : error,
    isOld: query.isPlaceholderData || isStale,
  };
}

const faultsOf = (error: unknown): readonly EditorFault[] =>
  error instanceof Problem && error.code === "invalid_template"
    ? (error.body?.errors ?? []).map(({ line, message }) => ({ line: line ?? null, message }))
    : [];
