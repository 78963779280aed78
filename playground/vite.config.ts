// The page and its assets, built into the Python package that serves them.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphql/",
  publicDir: false,
  worker: { format: "es" },
  build: {
    outDir: "../web/playground/built",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" },
    chunkSizeWarningLimit: 4000,
    // React's libraries say "use client"; a page without a server side drops it.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
