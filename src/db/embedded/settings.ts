/** How the embedded server is set up. Given on its command line, so that every release brings its own. */
import { statfs } from "node:fs/promises";

export async function serverSettings(port: number): Promise<Record<string, string | number>> {
  return {
    listen_addresses: "127.0.0.1",
    port,
    // Their paths are limited to about 100 bytes, and nothing needs them.
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "128MB",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    dynamic_shared_memory_type: await sharedMemory(),
    // An event that was answered with 202 is on disk.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    wal_compression: "on",
    max_wal_size: "1GB",
    checkpoint_timeout: "10min",
    random_page_cost: 1.1,
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // Errors of statements may hold addresses of buyers: the client hears of them, the log does not. LOG is above ERROR.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_checkpoints: "off",
    log_line_prefix: "%m [%p] ",
    cluster_name: "dunlin",
  };
}

/** Containers often have 64 MB of /dev/shm, which parallel queries overrun; files serve them, a little slower. */
async function sharedMemory(): Promise<"posix" | "mmap"> {
  if (process.platform !== "linux") return "posix";
  const shm = await statfs("/dev/shm").catch(() => undefined);
  return shm && shm.bavail * shm.bsize >= 256 * 1024 * 1024 ? "posix" : "mmap";
}
