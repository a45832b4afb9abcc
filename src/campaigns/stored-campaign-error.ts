/** This version of the program cannot run the stored campaigns. */
export class StoredCampaignError extends Error {
  override readonly name = "StoredCampaignError";
}
