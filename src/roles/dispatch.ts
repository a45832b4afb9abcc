/** Role `dispatch`: decides and sends due reminders, when the queue says so and by its own sweep. */
import { startSweep } from "../dispatch/sweep.ts";
import { startDispatchWorker } from "../queue/worker.ts";
import { CLOSE_WORKER_MS, type Role } from "./role.ts";

export const dispatch: Role = {
  name: "dispatch",
  contacts: true,
  replans: true,
  async start({ life, log, backend, dispatcher }) {
    life.onStop(() => dispatcher.stop());
    const sweep = startSweep(dispatcher, log);
    life.onStop(() => sweep.stop());
    const worker = startDispatchWorker({
      backend,
      handle: async () => {
        await dispatcher.drain();
      },
    });
    life.onStop(() => worker.close(CLOSE_WORKER_MS));
    return null;
  },
};
