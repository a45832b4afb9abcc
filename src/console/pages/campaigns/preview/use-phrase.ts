/** The preview of the phrase that is being edited, a moment after the last key. */
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type PhrasePreview, phrasePreviewQuery } from "../../../api/campaigns.ts";
import { phraseNameOf } from "./file-name.ts";
import { type From, type Previewed, useAnswer, WAIT_MS } from "./use-preview.ts";

export type PreviewedPhrase = Previewed<PhrasePreview>;

export function usePhrase(campaign: string, file: string, text: string, { shop, order }: From): PreviewedPhrase {
  const now = useMemo(() => ({ name: phraseNameOf(file), text }), [file, text]);
  const [asked] = useDebouncedValue(now, WAIT_MS);
  const { name, text: template } = asked;
  const query = useQuery({
    ...phrasePreviewQuery({
      ...{ template, campaign, n: name?.n ?? 1, name: name?.name ?? "", locale: name?.locale ?? "" },
      ...(shop === null ? {} : { shop }),
      ...(shop === null || order === null ? {} : { order }),
    }),
    enabled: name !== null,
    placeholderData: keepPreviousData,
  });
  return useAnswer(query, asked !== now);
}
