/**
 * Runs first, and is small: it asks who is signed in and what the page shows, and loads the page's code, while the libraries are still on their
 * way. Nothing but the session is asked for while nobody is signed in.
 */
import { askEarly } from "./api/early.ts";
import { FIRST, type First, FRAME_ASKS } from "./first.ts";

const { pathname, search } = window.location;
const pages: readonly First[] = Object.values(FIRST);
const page = pages.find(({ at }) => at.test(pathname));
// Filters ask for something else.
const asks = [...(search === "" ? (page?.asks ?? []) : []), ...FRAME_ASKS];

const session = askEarly("/v1/session");
session.then(({ ok }) => ok && asks.forEach(askEarly)).catch(() => {});
void import("./app.tsx");
// The router loads it again, and says so if it cannot be.
page?.load().catch(() => {});
