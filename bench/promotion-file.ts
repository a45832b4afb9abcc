/** `npm run promotion-file -- FILE [EVENTS]`: writes a promotion's day of order events (1,000,000) to try `rehearse` and `import` with. */
import { writePromotion } from "./harness/promotion.ts";

const [file, count = "1000000"] = process.argv.slice(2);
if (file === undefined || !/^\d{1,9}$/.test(count)) {
  process.stderr.write("usage: npm run promotion-file -- FILE [EVENTS]\n");
  process.exit(2);
}
await writePromotion(file, Number(count));
