/** A front of the PostgreSQL of the tests that speaks TLS, with a certificate for `localhost` of a root that only these tests know. */
import { connect, createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { TestContext } from "vitest";

export const ROOT = `-----BEGIN CERTIFICATE-----
MIIBijCCAS+gAwIBAgIUPYjRyuHiWz95UrAkf0mX9nhcICkwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwORHVubGluIHRlc3QgQ0EwIBcNMjYxMTI5MDEzOTA3WhgPMjEy
NjExMDUwMTM5MDdaMBkxFzAVBgNVBAMMDkR1bmxpbiB0ZXN0IENBMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEkZuSzZZ2hQ0gTi0nJlr9R37Knavmc9VgTTueX7f7
mwNv6nntU2mmQE7P+/eg0BXpsUOeZE5yB2hiLrhoFoClRqNTMFEwHQYDVR0OBBYE
FBTfqL8gumNAfICAuUfdykpcb2HrMB8GA1UdIwQYMBaAFBTfqL8gumNAfICAuUfd
ykpcb2HrMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhALwy4qpD
sQGX2KjhlUSSWwStm5/7ziEry1hQpmEnqNwaAiEAq1adiFDEuw1mHyKhu3ExP3Pm
UmjBkX9dX9JodbT0t9M=
-----END CERTIFICATE-----
`;
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBiDCCAS+gAwIBAgIUDtTGhXDpwXviZ+hoIehOPQRoonUwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwORHVubGluIHRlc3QgQ0EwIBcNMjYxMTI5MDEzOTA3WhgPMjEy
NjExMDUwMTM5MDdaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEG
CCqGSM49AwEHA0IABEoud6KnQzimr9aUV6euN4oEzUKZPPC4m6uUbH/Ntu3ELJQj
+xi6t2zn+VH8AdSQc6KPuyMLZK6eyc9MKSVNdL2jWDBWMBQGA1UdEQQNMAuCCWxv
Y2FsaG9zdDAdBgNVHQ4EFgQUxCCU3ta+vlH5edC/9o9BYlBjE30wHwYDVR0jBBgw
FoAUFN+ovyC6Y0B8gIC5R93KSlxvYeswCgYIKoZIzj0EAwIDRwAwRAIgT31SUrhb
SoECeuQXtVWxyWKs9v7Hu1Ah65nfUzSGpnICIHKLNmR2ek1DwHMoH/R7ARF/JNIe
h9nIWyCmRi5ECk45
-----END CERTIFICATE-----
`;
/** Made for these tests, and used nowhere else. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRObeCAitDP7NslFC
d7LSTfDEEAAjCCLEfu7LBKxUoiuhRANCAARKLneip0M4pq/WlFenrjeKBM1CmTzw
uJurlGx/zbbtxCyUI/sYurds5/lR/AHUkHOij7sjC2SunsnPTCklTXS9
-----END PRIVATE KEY-----
`;

const SSL_REQUEST = 80877103;

/** `offers`: speaks TLS to those who ask. `only`: refuses all others, as a `hostssl` entry does. `none`: has no TLS. */
export type Front = "offers" | "only" | "none";

export async function tlsFront(
  context: Pick<TestContext, "onTestFinished">,
  databaseUrl: string,
  kind: Front,
): Promise<{ readonly url: string; readonly encrypted: () => number; readonly plain: () => number }> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  const seen = { encrypted: 0, plain: 0 };
  const join = (client: Socket, first: Buffer | null) => {
    const server = connect(Number(target.port || 5432), target.hostname);
    open.add(server);
    client.on("error", () => server.destroy()).on("close", () => server.destroy());
    server.on("error", () => client.destroy()).on("close", () => client.destroy());
    if (first !== null) server.write(first);
    client.pipe(server).pipe(client);
  };
  const front = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.once("data", (bytes: Buffer) => {
      const asked = bytes.length === 8 && bytes.readUInt32BE(4) === SSL_REQUEST;
      if (asked && kind === "none") {
        socket.write("N");
        socket.once("data", (next: Buffer) => {
          seen.plain++;
          join(socket, next);
        });
      } else if (asked) {
        socket.write("S");
        seen.encrypted++;
        join(new TLSSocket(socket, { isServer: true, key: KEY, cert: CERTIFICATE }), null);
      } else if (kind === "only") socket.end(refusal('no pg_hba.conf entry for host "127.0.0.1", no encryption'));
      else {
        seen.plain++;
        join(socket, bytes);
      }
    });
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  context.onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => front.close(resolve));
  });
  const address = front.address();
  const url = new URL(databaseUrl);
  url.hostname = "localhost";
  url.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return { url: url.href, encrypted: () => seen.encrypted, plain: () => seen.plain };
}

function refusal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C28000\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
