export interface ConnectOptions {
  /** The link as `POST /api/v1/link-tokens` answered it. */
  url?: string;
  /** Its token alone, in place of `url`; then `origin` must be known. */
  linkToken?: string;
  /** Evergrant's public address. Default: where this script was loaded from, by a classic script tag. */
  origin?: string;
  /** `popup`: a window, opened in the click that calls this. `frame`: the card in `container`; its button opens the window. */
  mode?: "popup" | "frame";
  /** Where the frame is put. */
  container?: HTMLElement;
  /** What to do where the browser blocks the popup: lead this very page to the link, or show the frame. Default: neither. */
  fallback?: "redirect" | "frame";
  /** Stops waiting, with `closed`. */
  signal?: AbortSignal;
}

/** Ids to read with your API key, on your server: what a browser says is no proof. */
export type ConnectResult =
  | { status: "connected"; connect_session_id: string; integrated_account_id: string }
  /** `error`: why, as the outcome page's failure codes; `origin_not_allowed` and `unknown_link`: nothing was opened for you. */
  | { status: "failed"; connect_session_id?: string; error: string }
  /** The customer closed the window before setting out, or `signal` was aborted. */
  | { status: "closed" }
  /** The browser let no window open. `url` works as an ordinary link. */
  | { status: "blocked"; url: string };

/** Lets a customer connect beside your page. The promise is never rejected; call it in a click. */
export declare function connect(options: ConnectOptions): Promise<ConnectResult>;
