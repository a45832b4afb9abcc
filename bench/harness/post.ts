/** The bare HTTP client of the floors: undici's lowest call. */
import { Pool } from "undici";

/** As many as Dunlin's webhook channel has. */
export const CONNECTIONS = 128;

const headers = ["content-type", "application/json"];

/** Posts one body to the provider, over as many connections as Dunlin's channel has. Rejects for what is not answered with 200. */
export function openPost(origin: string): (body: Buffer) => Promise<void> {
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  return (body) =>
    new Promise((resolve, reject) => {
      pool.dispatch(
        { path: "/sms", method: "POST", headers, body },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, status) => {
            if (status !== 200) reject(new Error(`provider answered ${status}`));
          },
          onResponseEnd: () => resolve(),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
}
