/** Where this script came from, when a classic script tag loaded it. */
const home = globalThis.document?.currentScript?.src;

/** How often the server is asked: a provider may cut the window off, so that its messages reach nobody. */
const askMs = 2000;
/** A window that was cut off before it showed anything, and with which nobody ever set out. */
const patienceMs = 30 * 60_000;

/** @type {import("./connect.d.ts").connect} */
export function connect({ url, linkToken, origin = home, mode = "popup", container, fallback, signal }) {
  if (signal?.aborted) return Promise.resolve({ status: "closed" });
  const link = new URL(url ?? `/connect/${linkToken}`, origin);
  link.search = link.hash = "";
  const key = makeKey();
  const embed = (how) => `${link}?${new URLSearchParams({ embed: how, key, origin: location.origin })}`;
  let frame = null;
  let popup = null;
  // In the click itself: later, a browser takes it for a popup that nobody asked for.
  if (mode === "popup") popup = window.open(embed("popup"), "evergrant-connect", features());
  if (mode === "frame" || (popup === null && fallback === "frame")) frame = openFrame(embed("frame"), container);
  if (popup === null && frame === null) {
    if (fallback === "redirect") location.assign(link.href);
    return Promise.resolve({ status: "blocked", url: link.href });
  }

  return new Promise((resolve) => {
    const startedAt = Date.now();
    let isHeard = false;
    let isLeft = false;
    let isAsking = false;

    const finish = (result) => {
      clearInterval(timer);
      removeEventListener("message", hear);
      removeEventListener("focus", ask);
      frame?.remove();
      resolve(result);
    };
    const settle = (result, isClosed) => {
      const { status } = result;
      if (status === "connected") finish(result);
      else if (status === "refused") finish({ status: "failed", error: result.error });
      // While its window is there, the customer may try again.
      else if (status === "failed" && isClosed) finish(result);
      // `closed` is also what a window looks like that a provider cut off. Ours does not cut itself off, and nobody is at a provider.
      else if (status === "waiting" && popup !== null && isClosed && (isHeard || Date.now() - startedAt > patienceMs)) {
        finish({ status: "closed" });
      }
    };
    const ask = () => {
      if (isAsking) return;
      isAsking = true;
      // Looked at before asking: what cuts the window off happens after the server knows that somebody set out.
      const isClosed = popup?.closed ?? isLeft;
      void readResult(link, key).then((result) => {
        isAsking = false;
        if (result !== null) settle(result, isClosed);
      });
    };
    const hear = ({ origin, source, data }) => {
      const isOurs =
        source === (popup ?? frame.contentWindow) || (frame !== null && source?.opener === frame.contentWindow);
      if (origin !== link.origin || !isOurs) return;
      if (data?.type === "evergrant:opened") isHeard = true;
      else if (data?.type === "evergrant:size" && frame !== null) frame.style.height = `${Number(data.height)}px`;
      else if (data?.type === "evergrant:left") isLeft = true;
      else if (data?.type === "evergrant:outcome") {
        isLeft = false;
        settle(data.result, false);
      }
    };
    const timer = setInterval(ask, askMs);
    addEventListener("message", hear);
    // Back from the other window: what came of it is known by now.
    addEventListener("focus", ask);
    signal?.addEventListener("abort", () => {
      popup?.close();
      finish({ status: "closed" });
    });
  });
}

/** 256 random bits; who has them, and comes from this page's origin, may ask. */
function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Over the middle of this window. */
function features() {
  const [width, height] = [480, 760];
  const left = Math.round(screenX + (outerWidth - width) / 2);
  const top = Math.round(screenY + (outerHeight - height) / 2);
  return `popup,width=${width},height=${height},left=${left},top=${top}`;
}

function openFrame(src, container) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { src, title: "Connect", referrerPolicy: "no-referrer" });
  frame.style.cssText = "border:0;border-radius:12px;width:100%;height:560px;color-scheme:light dark";
  container.append(frame);
  return frame;
}

/** What came of it so far; null: the server could not be asked now. */
async function readResult(link, key) {
  try {
    const body = new URLSearchParams({ link_token: link.pathname.split("/").at(-1), key });
    const answer = await fetch(new URL("/api/connect/results", link), { method: "POST", body, credentials: "omit" });
    return answer.ok || answer.status === 403 ? await answer.json() : null;
  } catch {
    return null;
  }
}
