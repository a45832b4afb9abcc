/** Ids: UUID version 7, ordered by the time they were made. */
import { v7 } from "uuid";

export const newId = (): string => v7();
