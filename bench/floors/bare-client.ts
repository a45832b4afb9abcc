/** Floor H: the bare HTTP client (undici, lowest call) posting bodies that lie ready, at the concurrency of Dunlin's webhook channel. */
import { serve } from "../harness/child.ts";
import { readBodies } from "../harness/orders.ts";
import { CONNECTIONS, openPost } from "../harness/post.ts";

let bodies: Buffer[] = [];
let post: ((body: Buffer) => Promise<void>) | null = null;

serve({
  open(input) {
    post = openPost(String(input));
  },
  async load(input) {
    bodies = await readBodies(String(input));
    return bodies.length;
  },
  async post() {
    if (post === null) throw new Error("not opened");
    const one = post;
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await one(body);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  },
});
