const maxFormTargets = 20;
/** Of letters and digits alone: no star, and nothing that ends a directive. */
const plainOrigin = /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/;

/**
 * Where a form on this page may lead besides ourselves: the authorization servers of a connect page, since Chromium
 * applies form-action to the redirect that answers the form too. Malformed origins are left out.
 */
export function formTargets(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(" ") : (header ?? "");
  const origins = text.split(/\s+/).filter((target) => target === "https:" || plainOrigin.test(target));
  return [...new Set(origins)].slice(0, maxFormTargets);
}

/** How a page of the product shows this one, as the API says after it has looked at the list of allowed origins. */
export interface Embed {
  readonly mode: "popup" | "frame";
  readonly origin: string;
}

/** Null: nobody does; also when the headers are not what the API writes. */
export function readEmbed(headers: Readonly<Record<string, string | string[] | undefined>>): Embed | null {
  const { "x-evergrant-embed": mode, "x-evergrant-opener": origin } = headers;
  if ((mode !== "popup" && mode !== "frame") || typeof origin !== "string") return null;
  return plainOrigin.test(origin) ? { mode, origin } : null;
}

type Choices = {
  isDevelopment: boolean;
  /** The page runs what stands in it with the nonce, and no script loads another. */
  ownScriptsOnly?: boolean;
  embed?: Embed | null;
};

/** The content security policy of one answer. `nonce` must be fresh for each. */
export function contentSecurityPolicy(
  nonce: string,
  targets: string[],
  { isDevelopment, ownScriptsOnly = false, embed = null }: Choices,
): string {
  const scripts = ownScriptsOnly ? `'nonce-${nonce}'` : `'self' 'nonce-${nonce}' 'strict-dynamic'`;
  return [
    "default-src 'self'",
    `script-src ${scripts}${isDevelopment ? " 'unsafe-eval'" : ""}`,
    // In development Next puts its styles into the page without the nonce.
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // Positions of popups and widths of bars are style attributes; they can hold no script.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "report-uri /api/csp-reports",
    `frame-ancestors ${embed?.mode === "frame" ? embed.origin : "'none'"}`,
    ["form-action 'self'", ...targets].join(" "),
  ].join("; ");
}

/** What an answer carries besides its policy. */
export function otherHeaders(embed: Embed | null): Readonly<Record<string, string>> {
  const { "x-frame-options": frameOptions, ...others } = fixedHeaders;
  if (embed === null) return fixedHeaders;
  return {
    ...others,
    // It knows no list: where the policy allows one origin, it would forbid that one too.
    ...(embed.mode === "frame" ? {} : { "x-frame-options": frameOptions }),
    // The tie to the window that opened this one: what came of it is told there.
    "cross-origin-opener-policy": "unsafe-none",
  };
}

const fixedHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;
