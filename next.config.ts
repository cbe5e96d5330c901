import type { NextConfig } from "next";

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  images: { unoptimized: true },
  // Next would hold a stream back until its end for a browser that accepts gzip; what faces the internet compresses.
  compress: false,
  // Every visitor gets the title in <head>, not streamed after the body: connect pages work without JavaScript.
  htmlLimitedBots: /.*/,
  turbopack: { root: import.meta.dirname },
  // `npm test` checks the types of everything at once. Here, tests and other processes would be checked a second time,
  // and a production install, which has no compiler, could not build its pages.
  typescript: { ignoreBuildErrors: true },
};

export default config;
