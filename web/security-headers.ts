const maxFormTargets = 20;

/**
 * Where a form on this page may lead besides ourselves: the authorization servers of a connect page, since Chromium
 * applies form-action to the redirect that answers the form too. Malformed origins are left out.
 */
export function formTargets(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(" ") : (header ?? "");
  const origins = text
    .split(/\s+/)
    .filter((target) => target === "https:" || /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/.test(target));
  return [...new Set(origins)].slice(0, maxFormTargets);
}

type Choices = {
  isDevelopment: boolean;
  /** The page runs what stands in it with the nonce, and no script loads another. */
  ownScriptsOnly?: boolean;
};

/** The content security policy of one answer. `nonce` must be fresh for each. */
export function contentSecurityPolicy(
  nonce: string,
  targets: string[],
  { isDevelopment, ownScriptsOnly = false }: Choices,
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
    "frame-ancestors 'none'",
    ["form-action 'self'", ...targets].join(" "),
  ].join("; ");
}

/** What every answer carries besides its policy. */
export const fixedHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;
