// Writes down which sources the output was built of, and what was built, for a check without Node.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const LISTED = "web/playground/built/SHA256SUMS";

function files(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules")
    .flatMap((each) => {
      const path = `${folder}/${each.name}`;
      return each.isDirectory() ? files(path) : [path];
    })
    .filter((path) => path !== LISTED)
    .sort();
}

const line = (path) =>
  `${createHash("sha256").update(readFileSync(join(ROOT, path))).digest("hex")}  ${path}\n`;

const all = [...files("playground"), ...files("web/playground/built")];
writeFileSync(join(ROOT, LISTED), all.map(line).join(""));
