import { request as forward } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { certificateHeader } from "#lab/create-provider";
import { makeCertificate } from "./make-certificate.ts";

export interface TlsFront {
  readonly origin: string;
  /** What a client must trust, PEM. */
  readonly certificate: string;
  /** What clients showed, request by request: SHA-256, hexadecimal. */
  readonly shown: readonly string[];
  close(): Promise<void>;
}

/**
 * TLS before a server that speaks plain http, on 127.0.0.1. Whoever shows no certificate gets no connection; which one was shown
 * is handed on, as a proxy before an authorization server does. Chains are not checked: that is the server's affair.
 */
export async function startTlsFront(target: string): Promise<TlsFront> {
  const own = makeCertificate({ commonName: "front", address: "127.0.0.1" });
  const shown: string[] = [];
  const server = createServer(
    { cert: own.certificate, key: own.key, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
      if (certificate === undefined) {
        request.socket.destroy();
        return;
      }
      shown.push(certificate.fingerprint256.replaceAll(":", "").toLowerCase());
      const headers = { ...request.headers, [certificateHeader]: encodeURIComponent(certificate.toString()) };
      const { method } = request;
      const onward = forward(new URL(request.url ?? "/", target), {
        ...(method === undefined ? {} : { method }),
        headers,
      });
      onward.on("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    },
  );
  // Nobody is let in who shows nothing: the handshake is over by then, and the connection ends before a request is read.
  server.on("secureConnection", (socket: TLSSocket) => {
    if (socket.getPeerX509Certificate() === undefined) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: own.certificate,
    shown,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
