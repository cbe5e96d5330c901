// A receiver that takes what comes and does nothing with it: /fast answers at once, /watched too and notes when, /hang never does. It
// stands for another machine, so it reads no more of a request than tells where it ends: on this one it takes from both contestants.
import { createServer, type AddressInfo, type Socket } from "node:net";
import { servePart } from "../part.ts";

let fast = 0;
let watched: [id: string, atMs: number][] = [];
const sockets = new Set<Socket>();
const answer = "HTTP/1.1 204 No Content\r\nDate: Thu, 26 Nov 2026 10:00:00 GMT\r\n\r\n";

const server = createServer((socket) => {
  sockets.add(socket);
  socket.setNoDelay(true);
  socket.once("close", () => sockets.delete(socket));
  socket.on("error", () => {});
  let rest = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    rest += text;
    for (;;) {
      const headEnd = rest.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const head = rest.slice(0, headEnd);
      const end = headEnd + 4 + Number(/\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (rest.length < end) return;
      rest = rest.slice(end);
      take(head, socket);
    }
  });
});

function take(head: string, socket: Socket): void {
  if (head.startsWith("POST /hang ")) return;
  if (head.startsWith("POST /fast ")) fast += 1;
  else watched.push([/\nwebhook-id: ([^\r]+)/i.exec(head)?.[1] ?? "", Date.now()]);
  socket.write(answer);
}

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  servePart(
    (question) => {
      if (question === "fast") return fast;
      const taken = watched;
      watched = [];
      return taken;
    },
    {
      details: { origin: `http://127.0.0.1:${port}` },
      onStop() {
        for (const socket of sockets) socket.destroy();
      },
    },
  );
});
