interface Refusal {
  readonly path: (string | number)[];
  readonly message: string;
}

interface Wishes {
  readonly credentials: {
    readonly format: string;
    readonly config: {
      readonly auth: { readonly parPath?: string | undefined };
      readonly options: { readonly authorizationMethod: string };
      readonly tokenResponse?: string | undefined;
      readonly errorExpression?: string | undefined;
      readonly identity?: unknown;
    };
  };
}

const supportedFormats: ReadonlySet<string> = new Set(["oauth2", "oauth2_client_credentials"]);

/**
 * Parts of the document that this version can't honour yet. They are refused by name: a definition that is accepted and then
 * half obeyed would lose grants. The list shrinks as the engine grows.
 */
export function notYetSupported(document: Wishes): Refusal[] {
  const { format, config } = document.credentials;
  const at = (...path: string[]): (string | number)[] => ["credentials", ...path];
  const refusals: Refusal[] = [];
  const refuse = (path: (string | number)[], what: string): void => {
    refusals.push({ path, message: `${what} is not supported by this version yet; leave it out` });
  };
  if (!supportedFormats.has(format)) {
    const message = `this version supports the formats ${[...supportedFormats].join(" and ")} only`;
    refusals.push({ path: at("format"), message });
  }
  if (config.auth.parPath !== undefined) refuse(at("config", "auth", "parPath"), "parPath");
  if (config.tokenResponse !== undefined) refuse(at("config", "tokenResponse"), "tokenResponse");
  if (config.errorExpression !== undefined) refuse(at("config", "errorExpression"), "errorExpression");
  if (config.identity !== undefined) refuse(at("config", "identity"), "identity");
  const method = config.options.authorizationMethod;
  if (method === "private_key_jwt" || method === "mtls") {
    refuse(at("config", "options", "authorizationMethod"), `authorizationMethod ${method}`);
  }
  return refusals;
}
