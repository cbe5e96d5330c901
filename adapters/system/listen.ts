import type { Server } from "node:http";

/** Listens, or ends the process with a message that names the variable to change. */
export function listenOrExit(
  server: Server,
  options: { readonly variable: string; readonly port: number },
  onListening: () => void,
): void {
  const { variable, port } = options;
  server.on("error", (error: NodeJS.ErrnoException) => {
    process.stderr.write(
      error.code === "EADDRINUSE"
        ? `${variable} ${port} is in use; stop what listens there or set ${variable} to another port\n`
        : `can't listen on ${variable} ${port}: ${error.message}\n`,
    );
    process.exit(1);
  });
  server.listen(port, onListening);
}
