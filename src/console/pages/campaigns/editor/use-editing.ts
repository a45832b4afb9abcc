/** The changes of a campaign, saving them, and the answers of the server. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { Problem } from "../../../api/call.ts";
import { type Campaign, campaignQuery, saveCampaign } from "../../../api/campaigns.ts";
import { baseOf, CAMPAIGN_FILE, type Draft, edited, rebased, textsOf } from "./draft.ts";
import type { SaveFault } from "./faults-and-warnings.tsx";

/** The facts of a campaign that its editor needs. */
export type Edited = Pick<
  Campaign,
  "key" | "version" | "yaml" | "templates" | "campaign" | "retired" | "createdBy" | "createdAt" | "note"
>;

/** `isNew`: it has no version yet, so all its texts are changes. */
export function useEditing(campaign: Edited, isNew: boolean) {
  const queries = useQueryClient();
  const server = useMemo(() => baseOf(campaign), [campaign]);
  // null: nothing is changed, and the newest version is shown.
  const [draft, setDraft] = useState<Draft | null>(
    isNew ? { base: { version: campaign.version, texts: {} }, changes: server.texts } : null,
  );
  const texts = useMemo(() => textsOf(draft ?? { base: server, changes: {} }), [draft, server]);
  const query = campaignQuery(campaign.key);

  const save = useMutation({
    mutationFn: (note: string | null) => {
      const { [CAMPAIGN_FILE]: yaml = "", ...templates } = texts;
      const { version } = draft?.base ?? server;
      return saveCampaign({ key: campaign.key, version, yaml, templates, note });
    },
    onSuccess: async ({ warnings: _, ...saved }) => {
      await queries.cancelQueries({ queryKey: query.queryKey });
      queries.setQueryData(query.queryKey, saved);
      // Changes made while it was being saved stay, on top of the saved version.
      setDraft((now) => now && rebased(now, baseOf(saved), []));
      void queries.invalidateQueries({ queryKey: ["changes"] });
    },
    onError: (failure) => {
      const read = queries.invalidateQueries({ queryKey: query.queryKey });
      // Somebody else saved: it ends when their version is there, and both are shown.
      return isTooLate(failure) ? read : undefined;
    },
  });
  const { error } = save;
  const faults = useMemo(() => faultsOf(error), [error]);

  const setText = useCallback(
    (file: string, text: string | null) =>
      setDraft((before) => edited(before ?? { base: server, changes: {} }, file, text)),
    [server],
  );
  const { reset } = save;
  const resolve = useCallback(
    (next: Draft | null) => {
      reset();
      setDraft(next);
    },
    [reset],
  );

  return {
    draft,
    texts,
    setText,
    save,
    /** The faults that the last attempt to save brought. */
    faults,
    /** A new campaign: somebody else has made one of its key. */
    isTaken: isNew && isTooLate(error),
    /** Another reason why it was not saved; that somebody else saved first is shown by both texts. */
    error: faults.length > 0 || isTooLate(error) ? null : error,
    isBehind: draft !== null && draft.base.version !== campaign.version && !save.isPending,
    resolve,
  };
}

const isTooLate = (error: unknown): boolean => error instanceof Problem && error.status === 412;

const faultsOf = (error: unknown): readonly SaveFault[] =>
  error instanceof Problem && error.code === "invalid_campaign"
    ? (error.body?.errors ?? []).map(({ file, line, message }) => ({
        file: file ?? CAMPAIGN_FILE,
        line: line ?? null,
        message,
      }))
    : [];
