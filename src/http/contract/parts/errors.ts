/**
 * Every error code of the HTTP interface. Codes are stable: programs depend on them. docs/errors.md holds this table for
 * people; a test keeps them equal. `remedy` says what the caller can do.
 */
export const ERRORS = {
  invalid_request: {
    status: 400,
    title: "Invalid request",
    remedy: "Send well-formed HTTP, with a percent-encoded URL.",
  },
  invalid_json: { status: 400, title: "Invalid JSON", remedy: "Correct the body at the place that `detail` names." },
  unauthorized: {
    status: 401,
    title: "No valid API key",
    remedy: "Send `Authorization: Bearer <key>`; `dunlin keys` lists and makes keys.",
  },
  sign_in_refused: {
    status: 401,
    title: "Not signed in",
    remedy: "Correct name and password; `dunlin users password NAME` prints a link to set a new one.",
  },
  csrf_missing: {
    status: 403,
    title: "CSRF token missing",
    remedy: "Send the `csrf` of `GET /v1/session` as `X-Dunlin-Csrf`.",
  },
  invalid_signature: {
    status: 401,
    title: "Invalid signature",
    remedy: "Configure the secret that the shop system signs with.",
  },
  webhook_not_configured: {
    status: 401,
    title: "Webhook not configured",
    remedy: "Set `shops.<shop>.webhooks.<source>.secret` in dunlin.yaml.",
  },
  receipts_not_configured: {
    status: 401,
    title: "Receipts not configured",
    remedy: "Set what `detail` names in dunlin.yaml: `secret`, `receiptToken`, …",
  },
  forbidden: { status: 403, title: "Role too low", remedy: "Use a key of the role that `detail` names." },
  not_found: { status: 404, title: "No such route", remedy: "See `/openapi.json` for paths and methods." },
  unknown_source: {
    status: 404,
    title: "Unknown webhook source",
    remedy: "Use one of the sources that `detail` lists.",
  },
  order_not_found: {
    status: 404,
    title: "No such order",
    remedy: "Check shop and order id; order ids are those of the shop system.",
  },
  ambiguous_order: {
    status: 409,
    title: "Several orders",
    remedy: "Name the order by its id: `detail` lists those with this number.",
  },
  no_open_case: {
    status: 409,
    title: "No open case",
    remedy: "`GET /v1/orders/<shop>/<id>` says why: it is paid or closed, or no reminder may be sent.",
  },
  case_not_found: { status: 404, title: "No such case", remedy: "`GET /v1/cases` lists them." },
  task_not_found: { status: 404, title: "No such task", remedy: "`GET /v1/tasks` lists them." },
  task_ended: {
    status: 409,
    title: "Task done",
    remedy: "Nothing is left to do: `why` and `outcome` of the task say how it ended.",
  },
  task_taken: {
    status: 409,
    title: "Somebody else has it",
    remedy: "Take another one, or have it assigned to you: `leaseUntil` says when the claim ends.",
  },
  task_not_claimed: { status: 409, title: "Not claimed", remedy: "Claim the task first: `POST /v1/tasks/<id>/claim`." },
  send_under_way: {
    status: 409,
    title: "Message under way",
    remedy: "Try again in some seconds, when its outcome is known.",
  },
  campaign_not_found: {
    status: 404,
    title: "No such campaign",
    remedy: "`GET /v1/campaigns` lists them; `PUT` with `If-None-Match: *` makes one.",
  },
  channel_not_found: {
    status: 404,
    title: "No such channel",
    remedy: "`GET /v1/channels` lists them.",
  },
  shop_not_found: {
    status: 404,
    title: "No such shop",
    remedy: "`GET /v1/shops` lists them.",
  },
  buyer_not_found: {
    status: 404,
    title: "No such buyer",
    remedy: "Check shop and buyer id; buyer ids are those of the shop system.",
  },
  user_not_found: { status: 404, title: "No such person", remedy: "Use a name of `GET /v1/users`." },
  key_not_found: { status: 404, title: "No such key", remedy: "Use a name of `GET /v1/keys` that is not revoked." },
  name_taken: { status: 409, title: "Name taken", remedy: "Take another name: each is used once." },
  phone_not_found: {
    status: 404,
    title: "No phone number",
    remedy: "Nobody can be called: the buyer reported no number, it was erased, or it is no longer kept.",
  },
  suppression_not_found: {
    status: 404,
    title: "No such suppression",
    remedy: "`GET /v1/suppressions` lists them.",
  },
  version_not_found: {
    status: 404,
    title: "No such version",
    remedy: "`GET /v1/campaigns/<key>/versions` lists them.",
  },
  request_timeout: { status: 408, title: "Body too slow", remedy: "Send again; large imports go as NDJSON." },
  version_in_use: {
    status: 409,
    title: "Version in use",
    remedy: "Keep it: reminders and deliveries that were made with it refer to it.",
  },
  precondition_failed: {
    status: 412,
    title: "Changed by somebody else",
    remedy: "Read it again, repeat your change on it, and send it with the new ETag.",
  },
  payload_too_large: {
    status: 413,
    title: "Body too large",
    remedy: "Send the events as NDJSON (`application/x-ndjson`): it has no size limit, except in a rehearsal.",
  },
  too_many_events: {
    status: 413,
    title: "Too many events in one array",
    remedy: "Send the events as NDJSON (`application/x-ndjson`): it has no limit.",
  },
  line_too_long: {
    status: 413,
    title: "Line too long",
    remedy: "Keep each event under 1 MB. The line is listed under `rejected`; the other lines are accepted.",
  },
  uri_too_long: { status: 414, title: "URL too long", remedy: "Shorten the path." },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    remedy: "Send `application/json` or `application/x-ndjson`, in UTF-8 and uncompressed.",
  },
  invalid_event: { status: 422, title: "Invalid event", remedy: "Correct the field that the message names." },
  unknown_shop: {
    status: 422,
    title: "Unknown shop",
    remedy: 'List the shop under `shops` in dunlin.yaml, or add a `"*"` entry.',
  },
  invalid_query: { status: 422, title: "Invalid query or path", remedy: "Correct the parameters that `errors` names." },
  invalid_rehearsal: {
    status: 422,
    title: "Invalid rehearsal",
    remedy:
      "Send order events as NDJSON, or JSON with `events` and optionally `campaigns`, `against` and `from`; no events with `stored`.",
  },
  invalid_campaign: {
    status: 422,
    title: "Invalid campaigns",
    remedy: "Correct the file, line and key that `errors` names. Nothing was saved.",
  },
  invalid_roster: {
    status: 422,
    title: "Invalid staff or shifts",
    remedy: "Correct the rows that `errors` names. Nothing was saved.",
  },
  no_events: {
    status: 422,
    title: "No order event",
    remedy: "Correct the lines that `errors` names. One valid line is enough: the others become warnings.",
  },
  invalid_promise: { status: 422, title: "Invalid promise", remedy: "Correct the fields that `errors` names." },
  invalid_webhook: {
    status: 422,
    title: "Not a webhook of this source",
    remedy: "Register only order topics of this platform at this URL.",
  },
  invalid_receipt: {
    status: 422,
    title: "Not a receipt of this provider",
    remedy: "Register this URL for delivery receipts and replies only.",
  },
  invalid_password: { status: 422, title: "Password not changed", remedy: "Correct what `detail` says." },
  invalid_body: { status: 422, title: "Invalid body", remedy: "Correct the fields that `errors` names." },
  invalid_template: { status: 422, title: "Invalid template", remedy: "Correct the lines that `errors` names." },
  template_not_rendered: {
    status: 422,
    title: "No text for this data",
    remedy: "Give the value that `detail` names a default or an {{#if}}: without it, such buyers get no message.",
  },
  precondition_required: {
    status: 428,
    title: "Precondition missing",
    remedy: "Send `If-Match` with the ETag that you read, or `If-None-Match: *` for a new campaign.",
  },
  rate_limited: {
    status: 429,
    title: "Too many attempts",
    remedy: "Wait as long as `Retry-After` says. Correct a wrong key, secret or password first.",
  },
  rehearsal_under_way: {
    status: 429,
    title: "A rehearsal is running",
    remedy: "Wait as long as `Retry-After` says: a process runs one rehearsal at a time.",
  },
  headers_too_large: { status: 431, title: "Headers too large", remedy: "Send fewer or shorter headers." },
  internal_error: {
    status: 500,
    title: "Internal error",
    remedy: "Look up `requestId` in Dunlin's log, and report it.",
  },
  store_unavailable: {
    status: 503,
    title: "Store unavailable",
    remedy: "Send again after `Retry-After`: events that were accepted before count as duplicates.",
  },
  query_timeout: {
    status: 503,
    title: "Query took too long",
    remedy: "Ask for less (a narrower `from` and `to`), or later: something may hold a lock on the tables.",
  },
  overloaded: { status: 503, title: "Overloaded", remedy: "Send again after `Retry-After`." },
  shutting_down: {
    status: 503,
    title: "Shutting down",
    remedy: "Send again after `Retry-After`; another process will answer.",
  },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
