import { expect, test } from "vitest";
import { cookiesOfPages } from "../api/pass-to-web.ts";
import { firstRunCookie } from "../app/_components/first-run-cookie.ts";
import { shortcutsCookie } from "../app/_components/palette/shortcuts-preference.ts";
import { environmentCookie } from "../app/_components/shell/environment.ts";
import { themeCookie } from "../app/_components/theme.ts";

// What a page sets in the browser has to come back to it: api hands web the cookies that it knows, and no other.
test.each([themeCookie, environmentCookie, shortcutsCookie, firstRunCookie("production"), firstRunCookie("my env/2")])(
  "web gets the preference %s, beside whatever else a browser keeps",
  (name) => {
    expect(cookiesOfPages(`a=b; ${name}=x; authjs.session-token=secret; evergrant_browser=y`)).toBe(`${name}=x`);
  },
);
